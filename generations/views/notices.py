"""What a person was told of decisions, kept for them, and their appeals."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from generations import access, queries
from generations.errors import InvalidInput
from generations.models import APPEAL_MAX
from generations.services import appeals, notices


@require_safe
@login_required
@never_cache
def account_notices(request: HttpRequest) -> HttpResponse:
    page = queries.notices_page(request.user, after=request.GET.get("after", "")[:26] or None)
    return render(request, "accounts/notices.html", {"page": page})


@require_safe
@login_required
@never_cache
def account_notice(request: HttpRequest, notice_id: str) -> HttpResponse:
    found = access.notice_read(request.user, notice_id)
    notices.read(found)
    return _shown(request, found)


@require_POST
@login_required
def notice_appeal(request: HttpRequest, notice_id: str) -> HttpResponse:
    found = access.notice_read(request.user, notice_id)
    text = request.POST.get("text", "")
    try:
        appeals.open_appeal(found.decision, request.user, text=text)
    except InvalidInput as wrong:
        return _shown(request, found, text=text, error=wrong.sentence, status=422)
    messages.success(request, "Your appeal is here. Another person answers it within seven days.")
    return redirect("account-notice", found.pk)


def _shown(
    request: HttpRequest, found: object, *, text: str = "", error: str = "", status: int = 200
) -> HttpResponse:
    decision = found.decision
    context = {
        "notice": found,
        "decision": decision,
        "is_reversed": decision.superseded_by.exists(),
        "appeal": getattr(decision, "appeal", None),
        "may_appeal": appeals.may(decision) and not hasattr(decision, "appeal"),
        "until": appeals.until(decision),
        "most": APPEAL_MAX,
        "text": text,
        "error": error,
    }
    return render(request, "accounts/notice.html", context, status=status)
