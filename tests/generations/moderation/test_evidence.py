"""Sealed evidence: taken of diverted cases, read by two named persons together, and by nobody else."""

import io
import json
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts import roles
from accounts.errors import RoleRefused
from accounts.models import AuditEvent, User
from generations import access, sealing
from generations.errors import Conflict, InvalidInput, NotAllowed, NotFound
from generations.live import clock
from generations.models import Case, Output, SealedEvidence, Share
from generations.services import backup, cases, decisions, evidence, outputs
from tests.conftest import staff_of
from tests.generations.views.conftest import MASTER

pytestmark = pytest.mark.django_db


@pytest.fixture
def named(db: None) -> tuple[User, User]:
    """The two, a senior moderator and an administrator."""
    two = staff_of(roles.Role.SENIOR, name="one"), staff_of(roles.Role.ADMINISTRATOR, name="two")
    for person in two:
        roles.set_named(person, True, by="site")
    return two


def divert(subject: Output | Share, senior: User) -> Case:
    case = cases.file_signal(subject, kind="report", category="child", note="Look")
    case.refresh_from_db()
    decisions.decide(case, senior, "divert", lock_version=case.lock_version)
    return case


@pytest.fixture
def sealed(picture: Output, senior: User) -> SealedEvidence:
    divert(picture, senior)
    assert evidence.seal_waiting() == 1
    return SealedEvidence.objects.get()


def opened(content: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    archive = zipfile.ZipFile(io.BytesIO(content))
    rest = {name: archive.read(name) for name in archive.namelist() if name != "case.json"}
    return json.loads(archive.read("case.json")), rest


def last_verbs(count: int) -> list[str]:
    return list(AuditEvent.objects.order_by("-seq").values_list("verb", flat=True)[:count])[::-1]


# Sealing


def test_a_diverted_case_is_sealed_once(sealed: SealedEvidence, picture: Output) -> None:
    """Its file tells nothing without the key: neither the picture nor a word is in it."""
    assert evidence.seal_waiting() == 0
    with default_storage.open(sealed.key) as file:
        raw = file.read()
    for plain in (MASTER[:64], b"alice", picture.pk.encode(), b"a fox", b"case.json"):
        assert plain not in raw
    assert last_verbs(1) == ["sealed.seal"]


def test_what_is_not_diverted_is_not_sealed(picture: Output, senior: User) -> None:
    case = cases.file_signal(picture, kind="report", category="hate")
    case.refresh_from_db()
    decisions.decide(case, senior, "remove", lock_version=case.lock_version)
    assert evidence.seal_waiting() == 0


def test_the_two_read_what_was_there(
    sealed: SealedEvidence, picture: Output, named: tuple[User, User]
) -> None:
    """Also when the picture itself is gone: the file, its words, whose it is and what was decided."""
    one, two = named
    alice = picture.user
    outputs.trash(picture)
    default_storage.delete(f"{picture.key}/master.png")
    evidence.ask(sealed, one, reason="The police ask")
    sealed.refresh_from_db()
    evidence.agree(sealed, two)
    sealed.refresh_from_db()
    for person in named:
        told, files = opened(evidence.read(sealed, person))
        assert files == {f"{picture.pk}.png": MASTER}
        assert (told["person"]["email"], told["pictures"][0]["input"]["prompt"]) == (alice.email, "a fox")
        assert told["decisions"][0]["outcome"] == "divert"
    assert last_verbs(4) == ["sealed.ask", "sealed.agree", "sealed.read", "sealed.read"]


def test_a_link_is_sealed_with_its_pictures(link: Share, senior: User, named: tuple[User, User]) -> None:
    case = cases.file_signal(link, kind="report", category="child")
    case.refresh_from_db()
    decisions.decide(case, senior, "divert", lock_version=case.lock_version)
    evidence.seal_waiting()
    row = SealedEvidence.objects.get()
    content = sealing.unseal(
        default_storage.open(row.key).read(), key=evidence.settings.EVIDENCE_KEY, name=row.pk
    )
    assert opened(content)[1] == {f"{link.output_id}.png": MASTER}


# Opening


def test_one_alone_opens_nothing(sealed: SealedEvidence, named: tuple[User, User]) -> None:
    one, _ = named
    with pytest.raises(NotAllowed):
        evidence.read(sealed, one)
    evidence.ask(sealed, one, reason="Why not")
    sealed.refresh_from_db()
    with pytest.raises(NotAllowed, match="somebody else"):
        evidence.agree(sealed, one)
    with pytest.raises(NotAllowed):
        evidence.read(sealed, one)


def test_the_database_holds_it_too(sealed: SealedEvidence) -> None:
    """Four eyes by constraint, not by a form."""
    with pytest.raises(IntegrityError), transaction.atomic():
        SealedEvidence.objects.update(asked_by=1, agreed_by=1)


def test_alone_on_a_site_of_one_a_day_later(sealed: SealedEvidence, named: tuple[User, User]) -> None:
    """Where nobody else is named: the same person after 24 hours, recorded so."""
    one, two = named
    roles.set_named(two, False, by="site")
    evidence.ask(sealed, one, reason="Alone")
    sealed.refresh_from_db()
    with pytest.raises(NotAllowed, match="a day after"):
        evidence.agree(sealed, one)
    SealedEvidence.objects.update(asked_at=timezone.now() - timedelta(hours=25))
    sealed.refresh_from_db()
    evidence.agree(sealed, one)
    sealed.refresh_from_db()
    assert sealed.is_single_operator is True
    assert evidence.read(sealed, one)


def test_it_closes_after_an_hour(sealed: SealedEvidence, named: tuple[User, User]) -> None:
    one, two = named
    evidence.ask(sealed, one, reason="Now")
    sealed.refresh_from_db()
    evidence.agree(sealed, two)
    SealedEvidence.objects.update(agreed_at=timezone.now() - timedelta(minutes=61))
    sealed.refresh_from_db()
    with pytest.raises(NotAllowed, match="Ask first"):
        evidence.read(sealed, two)
    evidence.ask(sealed, two, reason="Again")


def test_an_open_question_is_not_taken_over(sealed: SealedEvidence, named: tuple[User, User]) -> None:
    one, two = named
    evidence.ask(sealed, one, reason="Mine")
    with pytest.raises(Conflict):
        evidence.ask(sealed, two, reason="No, mine")
    with pytest.raises(InvalidInput):
        evidence.ask(sealed, two, reason="  ")


def test_agreeing_to_nothing_is_a_conflict(sealed: SealedEvidence, named: tuple[User, User]) -> None:
    with pytest.raises(Conflict, match="Nobody is asking"):
        evidence.agree(sealed, named[0])


# Its end


def test_its_time_ends_and_the_line_stays(sealed: SealedEvidence, named: tuple[User, User]) -> None:
    assert evidence.purge_over() == 0
    SealedEvidence.objects.update(keep_until=timezone.now())
    assert evidence.purge_over() == 1
    assert not default_storage.exists(sealed.key)
    assert evidence.purge_over() == 0
    assert evidence.seal_waiting() == 0
    with pytest.raises(Conflict):
        evidence.ask(sealed, named[0], reason="Too late")
    assert last_verbs(1) == ["sealed.purge"]


@pytest.mark.django_db(transaction=True)
def test_the_clock_seals(picture: Output, senior: User) -> None:
    """By the table of periodic work, as the dispatcher and cron run it."""
    divert(picture, senior)
    clock.run("seal what is diverted")
    assert SealedEvidence.objects.count() == 1


@given(content=st.binary(max_size=400), at=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_a_seal_breaks_at_any_bit(content: bytes, at: int, bit: int) -> None:
    whole = sealing.seal(content, key="key", name="a")
    assert sealing.unseal(whole, key="key", name="a") == content
    spoilt = bytearray(whole)
    spoilt[at % len(spoilt)] ^= 1 << bit
    wrongs = [
        (bytes(spoilt), "key", "a"),
        (whole, "other", "a"),
        (whole, "key", "b"),
        (whole[:9], "key", "a"),
    ]
    for sealed, key, name in wrongs:
        with pytest.raises(sealing.BrokenSeal):
            sealing.unseal(sealed, key=key, name=name)


# Who


def test_two_are_named_and_no_third(named: tuple[User, User], administrator: User, moderator: User) -> None:
    with pytest.raises(RoleRefused, match="Two people are named already"):
        roles.set_named(moderator, True, by=administrator)
    roles.set_named(named[0], False, by=administrator)
    roles.set_named(moderator, True, by=administrator)
    assert access.evidence_open(moderator) == moderator


def test_no_role_and_no_superuser_opens_it(senior: User, administrator: User) -> None:
    boss = User.objects.create_superuser("boss@example.org")
    for person in (senior, administrator, boss):
        with pytest.raises(NotFound):
            access.evidence_open(person)


def test_nobody_names_themselves_nor_people_without_a_role(administrator: User, alice: User) -> None:
    with pytest.raises(RoleRefused, match="themselves"):
        roles.set_named(administrator, True, by=administrator)
    with pytest.raises(RoleRefused, match="with a role"):
        roles.set_named(alice, True, by=administrator)


def test_whose_role_is_taken_is_named_no_longer(named: tuple[User, User], administrator: User) -> None:
    roles.give(named[0], None, by=administrator)
    assert list(roles.named_persons()) == [named[1]]


def test_by_the_pages(
    sealed: SealedEvidence, named: tuple[User, User], client_of: Callable[[User], Client], senior: User
) -> None:
    """Asked for by one, agreed to by the other, saved by both; others find nothing there."""
    one, two = (client_of(person) for person in named)
    base = f"/moderation/sealed/{sealed.pk}"
    assert one.post(f"{base}/ask/", {"reason": ""}).status_code == 422
    assert one.post(f"{base}/ask/", {"reason": "The\x00 police ask"}).status_code == 302
    assert "The police ask" in two.get("/moderation/sealed/").content.decode()
    assert one.post(f"{base}/agree/").status_code == 403
    assert two.post(f"{base}/agree/").status_code == 302
    answer = one.post(f"{base}/read/")
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
    assert opened(answer.content)[1]
    stranger = client_of(senior)
    assert [stranger.post(f"{base}/{verb}/").status_code for verb in ("ask", "agree", "read")] == [404] * 3
    assert one.post("/moderation/sealed/nothing/read/").status_code == 404


def test_named_by_the_page(administrator: User, senior: User, client_of: Callable[[User], Client]) -> None:
    chief = client_of(administrator)
    chief.post(f"/moderation/people/{senior.pk}/named/", {"is_named": "1", "reason": "For the law"})
    assert roles.is_named(senior)
    assert "named for sealed evidence" in chief.get("/moderation/people/").content.decode()
    chief.post(f"/moderation/people/{senior.pk}/named/", {"is_named": "0", "reason": "No more"})
    assert not roles.is_named(senior)
    assert last_verbs(2) == ["named.give", "named.take"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has tools of its own")
def test_a_backup_holds_it_with_its_key_and_the_head(
    picture: Output, senior: User, tmp_path: Path, settings: Any
) -> None:
    """What is sealed comes along; and the head of the audit is no further on than the rows beside it."""
    settings.DATA = tmp_path
    (tmp_path / "evidence_key").write_text("key")
    divert(picture, senior)
    evidence.seal_waiting()
    backup.copy_to(tmp_path / "copy")
    row = SealedEvidence.objects.get()
    with default_storage.open(row.key) as file:
        assert (tmp_path / "copy" / "media" / row.key).read_bytes() == file.read()
    assert (tmp_path / "copy" / "evidence_key").read_text() == "key"
    head = (tmp_path / "copy" / "audit_head").read_text().split()[0]
    with closing(sqlite3.connect(tmp_path / "copy" / "db.sqlite3")) as rows:
        assert int(head) <= rows.execute("SELECT max(seq) FROM accounts_auditevent").fetchone()[0]
