"""The audit: lines are added within the act's own transaction, and nobody changes or deletes one."""

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.checks import Tags, run_checks
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from accounts import audit, audit_head, guard, roles, throttle
from accounts.chain import FIRST
from accounts.models import AuditEvent, User
from webapp import startup

TREE = Path(__file__).parents[2]
URL = os.environ.get("TEST_DATABASE_URL", "")
HERE = os.environ.get("DATABASE_URL", "").startswith("postgres")
WRITERS, EACH = 6, 15


def note(number: int = 1) -> AuditEvent:
    return audit.record(audit.SITE, "test.act", kind="thing", id=number)


def verified() -> str:
    out = StringIO()
    call_command("verify_audit", stdout=out, stderr=StringIO())
    return out.getvalue()


def named_by_checks() -> set[str | None]:
    return {found.id for found in run_checks(tags=[Tags.database], databases=["default"])}


def unguarded() -> None:
    """As somebody who owns the database could."""
    with connection.cursor() as cursor:
        for statement in guard.dropping("accounts_auditevent", vendor=connection.vendor):
            cursor.execute(statement)


@pytest.mark.django_db
def test_lines_are_numbered_and_chained(alice: User) -> None:
    """A line names the person, and keeps of states and addresses only keyed hashes."""
    with throttle.asked_from("203.0.113.9"):
        first = audit.record(alice, "test.act", kind="user", id=alice.pk, before={"a": 1}, after={"a": 2})
    second = audit.record(
        audit.command("add_engine"), "engine.add", kind="engine", id="gpu-1", reason=" new "
    )
    assert (first.seq, first.previous, first.actor) == (1, FIRST, f"user:{alice.pk}")
    assert (second.seq, second.previous, second.reason) == (2, first.mac, "new")
    assert len({first.before, first.after, first.address_hash}) == 3
    assert "203.0.113.9" not in str(list(AuditEvent.objects.values_list()))
    assert second.address_hash == ""


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("actor", "verb"), [("somebody", "a.b"), ("user:1", "a.b"), ("site", "a"), ("site", "A.b")]
)
def test_words_that_are_none_are_refused(actor: str, verb: str) -> None:
    with pytest.raises(ValueError, match="is no"):
        audit.record(actor, verb)


@pytest.mark.django_db
def test_a_line_goes_with_its_act() -> None:
    """What is rolled back leaves neither line nor head, and the next line takes its number."""
    with transaction.atomic():
        note()
        transaction.set_rollback(True)
    assert note(2).seq == 1


@pytest.mark.django_db
@pytest.mark.parametrize("verb", ["update", "delete"])
def test_no_line_is_changed_or_deleted(verb: str) -> None:
    """Neither through the models nor around them."""
    event = note()
    table = AuditEvent._meta.db_table
    statement = f"UPDATE {table} SET reason = 'x'" if verb == "update" else f"DELETE FROM {table}"
    with pytest.raises(DatabaseError, match="never changed or deleted"), transaction.atomic():
        connection.cursor().execute(statement)
    with pytest.raises(TypeError):
        AuditEvent.objects.all().update(reason="x") if verb == "update" else AuditEvent.objects.all().delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        event.save(update_fields=["reason"]) if verb == "update" else event.delete()


@pytest.mark.django_db(transaction=True)
def test_the_head_follows_each_commit() -> None:
    note()
    event = note(2)
    head = audit_head.read()
    assert head is not None
    assert (head.seq, head.mac) == (2, event.mac)
    assert "2 lines" in verified()


@pytest.mark.django_db(transaction=True)
def test_a_missing_end_is_found() -> None:
    """Somebody who owns the database takes its triggers and the newest lines away: the head tells."""
    for number in range(5):
        note(number)
    unguarded()
    connection.cursor().execute("DELETE FROM accounts_auditevent WHERE seq > 3")
    with pytest.raises(CommandError, match=r"breaks at line 4. Lines 4 to 5 were there and are gone"):
        verified()
    note(9)  # a new line does not hide it: it is numbered 4, and the head knows another
    with pytest.raises(CommandError, match="Lines 5 to 5"):
        verified()


@pytest.mark.django_db(transaction=True)
def test_a_changed_line_is_named() -> None:
    for number in range(3):
        note(number)
    unguarded()
    connection.cursor().execute("UPDATE accounts_auditevent SET actor = 'user:1' WHERE seq = 2")
    with pytest.raises(CommandError, match="Line 2 was changed"):
        verified()


@pytest.mark.django_db(transaction=True)
def test_a_backup_is_accepted_with_a_reason() -> None:
    """Rows of yesterday beside the head of today: said, until the new end is accepted; and that is a line itself."""
    for number in range(3):
        note(number)
    unguarded()
    connection.cursor().execute("DELETE FROM accounts_auditevent WHERE seq = 3")
    guard.ensure()
    with pytest.raises(CommandError):
        verified()
    out = StringIO()
    call_command("verify_audit", "--accept", "yesterday's backup", stdout=out)
    assert "3 lines" in out.getvalue()
    assert AuditEvent.objects.get(seq=3).verb == "audit.accept"


@pytest.mark.django_db(transaction=True)
def test_the_check_demands_the_guards() -> None:
    """Without its triggers a table is an error, until a migration or a start has made them again."""
    assert not [
        found
        for found in run_checks(tags=[Tags.database], databases=["default"])
        if found.id == "safelight.E004"
    ]
    unguarded()
    assert "safelight.E004" in named_by_checks()
    with pytest.raises(CommandError, match="could be changed"):
        verified()
    call_command("migrate", verbosity=0, skip_checks=False)
    assert guard.missing() == []


@pytest.mark.django_db(transaction=True)
def test_a_start_brings_the_guards_back_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    unguarded()
    monkeypatch.setattr(startup, "_static_sources", lambda: "same")
    (Path(startup.settings.STATIC_ROOT).with_name("static.stamp")).write_text("same")
    startup.bring_up_to_date()
    assert guard.missing() == []
    assert AuditEvent.objects.get().verb == "guard.restore"


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_make_one_chain() -> None:
    """Threads that record at the same moment: every line is there, in one unbroken chain, and the head is the last."""
    gate = Barrier(WRITERS)

    def write() -> None:
        gate.wait()
        for number in range(EACH):
            note(number)
        connection.close()

    threads = [Thread(target=write) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert AuditEvent.objects.count() == WRITERS * EACH
    assert f"{WRITERS * EACH} lines" in verified()
    assert audit_head.read().seq == WRITERS * EACH


@pytest.mark.skipif(not URL or HERE, reason="TEST_DATABASE_URL names no PostgreSQL")
def test_the_audit_holds_on_postgresql() -> None:
    """All of this file, on PostgreSQL."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", __file__]
    env = {**os.environ, "DATABASE_URL": URL}
    done = subprocess.run(command, cwd=TREE, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]


@pytest.mark.django_db
@pytest.mark.skipif(not HERE, reason="SQLite has no TRUNCATE")
def test_the_table_is_not_emptied() -> None:
    note()
    with pytest.raises(DatabaseError, match="never changed or deleted"), transaction.atomic():
        connection.cursor().execute("TRUNCATE accounts_auditevent")


@pytest.mark.django_db
def test_a_disk_that_refuses_stops_nobody(settings: Any, tmp_path: Path) -> None:
    """The act and its line are kept; the head follows when it can."""
    settings.AUDIT_HEAD = tmp_path / "missing" / "audit_head"
    audit_head.advance(audit_head.Head(1, "x"))
    assert audit_head.read() is None


@pytest.mark.django_db
def test_roles_leave_lines(administrator: User, alice: User) -> None:
    roles.give(alice, roles.Role.MODERATOR, by=administrator, reason="Joins the team")
    event = AuditEvent.objects.order_by("-seq").first()
    assert (event.verb, event.object_id, event.reason) == ("role.give", str(alice.pk), "Joins the team")
