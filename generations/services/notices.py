"""Notices: what a person is told of a decision, kept on a page of their account, and sent where mail is set up.

A notice is worded when the decision falls and leaves a little later, so that what is undone at once is never told.
No moderator is named.
"""

import logging
from datetime import timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.models import User
from generations.models import Appeal, Decision, Notice, Report
from generations.services.statements import told_of

logger = logging.getLogger(__name__)

UNDO = timedelta(seconds=10)
TRIES, AT_ONCE = 5, 50


def plan(
    decision: Decision, user: User, *, template: str = "decision", appeal: Appeal | None = None
) -> Notice:
    """Word it now; it leaves after UNDO. Inside the transaction of the decision."""
    context = {**told_of(decision), "person": user, "appeal": appeal}
    return Notice.objects.create(
        user=user,
        decision=decision,
        template=template,
        subject=_rendered(f"{template}_subject", context)[:200],
        text=_rendered(template, context),
        leaves_at=timezone.now() + UNDO,
    )


def call_back(decision: Decision) -> bool:
    """Take back what has not left yet; False when something has. Inside a transaction."""
    rows = Notice.objects.filter(decision=decision)
    if rows.filter(leaves_at__lte=timezone.now()).exists():
        return False
    rows.delete()
    return True


def read(notice: Notice) -> None:
    """The person has seen it."""
    Notice.objects.filter(pk=notice.pk, read_at=None).update(read_at=timezone.now())


def send_due() -> int:
    """E-mail what has left, and word of the outcome to who reported; how many. Slow: never in a transaction."""
    return sum(map(_send, _due_notices())) + sum(map(_tell, _due_reports()))


def _due_notices() -> list[Notice]:
    rows = Notice.objects.filter(mailed_at__isnull=True, leaves_at__lte=timezone.now(), tries__lt=TRIES)
    return list(rows.select_related("user").order_by("leaves_at")[:AT_ONCE])


def _send(notice: Notice) -> bool:
    """At least once: what the mail server has not taken is tried again."""
    Notice.objects.filter(pk=notice.pk).update(tries=F("tries") + 1)
    is_sent = bool(settings.HAS_MAIL and notice.user.email)
    if is_sent and not _mailed(notice.subject, notice.text, str(notice.user.email)):
        return False
    Notice.objects.filter(pk=notice.pk).update(mailed_at=timezone.now())
    return is_sent


def _due_reports() -> list[Report]:
    rows = Report.objects.filter(told_at__isnull=True, outcome_at__lte=timezone.now())
    return list(rows.order_by("outcome_at")[:AT_ONCE])


def _tell(report: Report) -> bool:
    is_sent = bool(settings.HAS_MAIL and report.email)
    if is_sent:
        context = {"report": report, "site": settings.SITE_NAME}
        subject, text = _rendered("report_subject", context), _rendered("report", context)
        if not _mailed(subject, text, report.email):
            return False
    Report.objects.filter(pk=report.pk).update(told_at=timezone.now())
    return is_sent


def _mailed(subject: str, text: str, address: str) -> bool:
    try:
        EmailMessage(subject, text, to=[address]).send()
    except (SMTPException, OSError) as error:
        logger.warning("A notice could not be sent; it is tried again. (%s)", error)
        return False
    return True


def _rendered(name: str, context: dict[str, object]) -> str:
    return render_to_string(f"moderation/notices/{name}.txt", context).strip()
