"""The reader of the environment is loud."""

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from webapp import databases, env, mail, secret_key


@pytest.fixture(autouse=True)
def remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """What these tests read is no setting of the site."""
    monkeypatch.setattr(env, "KNOWN", {})
    monkeypatch.setattr(env, "SECRETS", set())


@pytest.mark.parametrize(
    ("value", "is_on"), [("1", True), ("Yes", True), (" on ", True), ("0", False), ("", False)]
)
def test_flag_is_read(monkeypatch: pytest.MonkeyPatch, value: str, is_on: bool) -> None:
    """1, true, yes and on are on; 0, false, no, off and nothing are off."""
    monkeypatch.setenv("X", value)
    assert env.flag("X", True) is is_on


@pytest.mark.parametrize("value", ["2", "maybe"])
def test_flag_of_another_kind_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """Anything else names the variable."""
    monkeypatch.setenv("X", value)
    with pytest.raises(ImproperlyConfigured, match="X must be 1 or 0"):
        env.flag("X", False)


@pytest.mark.parametrize("value", ["0", "11", "1.5", "ten"])
def test_number_out_of_range_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """A number that is none, or too small or too large, names the variable and the range."""
    monkeypatch.setenv("X", value)
    with pytest.raises(ImproperlyConfigured, match=r"^X must be"):
        env.integer("X", 5, low=1, high=10)


def test_secret_comes_from_its_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """NAME_FILE is read, without the line break at its end, and both names count as secrets."""
    (tmp_path / "secret").write_text("sesame\n")
    monkeypatch.setenv("X_FILE", str(tmp_path / "secret"))
    assert env.secret("X") == "sesame"
    assert sorted(env.SECRETS) == ["X", "X_FILE"]


def test_secret_given_twice_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret and its file together leave open which counts, so neither does."""
    monkeypatch.setenv("X", "a")
    monkeypatch.setenv("X_FILE", "b")
    with pytest.raises(ImproperlyConfigured, match="not both"):
        env.secret("X")


def test_missing_secret_file_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A file that cannot be read is named."""
    monkeypatch.setenv("X_FILE", str(tmp_path / "gone"))
    with pytest.raises(ImproperlyConfigured, match="gone"):
        env.secret("X")


def test_generated_key_is_kept_to_its_owner(tmp_path: Path) -> None:
    """The key is made once, long, and readable by its owner alone."""
    key = secret_key.kept_in(tmp_path)
    assert secret_key.kept_in(tmp_path) == key
    assert len(key) >= 50
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_database_url_names_a_postgres(tmp_path: Path) -> None:
    """Every part of a PostgreSQL URL arrives, percent signs undone."""
    found: dict[str, Any] = databases.from_url("postgresql://me:p%40ss@db:5433/site", data=tmp_path)
    assert [found[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")] == [
        "site",
        "me",
        "p@ss",
        "db",
        "5433",
    ]


@pytest.mark.parametrize("url", ["mysql://host/name", "nonsense"])
def test_database_of_another_kind_is_refused(tmp_path: Path, url: str) -> None:
    """Only the two databases that the site is tested on are taken."""
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
        databases.from_url(url, data=tmp_path)


def test_mail_url_is_read() -> None:
    """A mail URL gives server, port and encryption; none gives no mail."""
    found = mail.from_url("smtp+tls://me:secret@mx.example.org")
    assert found == mail.Mail("smtp", "mx.example.org", 587, "me", "secret", starttls=True)
    assert mail.from_url("") is None


def test_networks_and_ports_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Networks and single addresses; ports from 1 to 65535."""
    monkeypatch.setenv("X", "10.0.0.0/8, ::1")
    assert [str(network) for network in env.networks("X")] == ["10.0.0.0/8", "::1/128"]
    monkeypatch.setenv("X", "80, 443")
    assert env.ports("X", "") == [80, 443]


@pytest.mark.parametrize("value", ["10.0.0.1/8", "everything", "10.0.0.0/40"])
def test_bad_network_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """What is no network names the variable."""
    monkeypatch.setenv("X", value)
    with pytest.raises(ImproperlyConfigured, match=r"^X must be a list of networks"):
        env.networks("X")


@pytest.mark.parametrize("value", ["0", "65536", "http", "-1", "٨٠"])
def test_bad_port_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """What is no port names the variable."""
    monkeypatch.setenv("X", value)
    with pytest.raises(ImproperlyConfigured, match=r"^X must be a list of ports"):
        env.ports("X", "")


def test_pairs_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names that stand for names, each of an owner and a model."""
    monkeypatch.setenv("X", "a/b=c/d, e/f = g/h")
    assert env.pairs("X") == {"a/b": "c/d", "e/f": "g/h"}
    monkeypatch.delenv("X")
    assert env.pairs("X") == {}


@pytest.mark.parametrize("value", ["a/b", "a=c/d", "a/b=c", "a/b=", "a/b/c=d/e"])
def test_pairs_of_another_kind_are_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """Half a pair, or a name without its owner, names the variable."""
    monkeypatch.setenv("X", value)
    with pytest.raises(ImproperlyConfigured, match="X must be a list of owner/name=owner/name"):
        env.pairs("X")
