"""`manage.py verify_audit`: is the audit whole and true? Says where it breaks, and then ends with status 1."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import audit, audit_head, guard
from accounts.chain import Head
from accounts.models import AuditEvent


class Command(BaseCommand):
    help = "Hold every line of the audit against its key and against the head outside the database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--accept",
            metavar="REASON",
            help="after a backup was brought back: name its newest line as the head; the audit keeps the reason",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["accept"]:
            self._accept(options["accept"])
        found = audit.verify()
        lost = guard.missing()
        if lost:
            self.stderr.write(
                f"Not guarded by the database: {', '.join(lost)}. `manage.py migrate` does it again."
            )
        if found is not None:
            raise CommandError(f"The audit breaks at line {found.seq}. {found.sentence}")
        if lost:
            raise CommandError("The lines are true, but could be changed.")
        self.stdout.write(f"The audit is whole: {AuditEvent.objects.count()} lines.")

    def _accept(self, reason: str) -> None:
        """Another end than the head's is taken for the end; what breaks before it still breaks."""
        last = AuditEvent.objects.order_by("-seq").first()
        if last is None:
            raise CommandError("There is no line to accept.")
        audit_head.reset(Head(last.seq, last.mac))
        audit.record(audit.command("verify_audit"), "audit.accept", kind="audit", id=last.seq, reason=reason)
