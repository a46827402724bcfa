"""The block-list for senior staff: what is on it, how often it was met, and a picture put on it by its file."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from generations import access, queries
from generations.errors import BadPicture, Conflict, InvalidInput, NotAllowed
from generations.models import Rule
from generations.services import blocking, blocklist, uploads


class BlockForm(forms.Form):
    picture = forms.FileField(
        label="The picture",
        help_text="Only its hashes are kept, and those of its flips, turns and centre crops; never the file.",
        error_messages={"required": "Choose a picture."},
    )
    category = forms.ChoiceField(label="Which rule it breaks", choices=Rule.choices)
    reason = forms.CharField(
        label="Why", max_length=blocklist.REASON_MAX, error_messages={"required": "Say why."}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def blocked(request: HttpRequest) -> HttpResponse:
    asker = access.severe_decide(request.user)
    form = BlockForm(request.POST, request.FILES) if request.method == "POST" else BlockForm()
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            uploads.check_size(told["picture"].size)
            with uploads.turn():
                changes = blocklist.family(told["picture"].read())
        except (BadPicture, InvalidInput) as refused:
            form.add_error("picture", refused.sentence)
        else:
            blocking.ask(changes, category=told["category"], reason=told["reason"], by=asker)
            messages.success(request, "It is on the list, and matched once somebody else agrees.")
            return redirect("staff-blocked")
    context = {"form": form, "rows": queries.blocked_pictures(), "asker": asker}
    return render(request, "staff/blocked.html", context, status=422 if form.errors else 200)


@require_POST
def agree(request: HttpRequest, blocked_id: str) -> HttpResponse:
    asker = access.severe_decide(request.user)
    row = access.blocked_read(request.user, blocked_id)
    try:
        blocking.agree(row, by=asker)
    except (NotAllowed, Conflict) as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, "From now on it is matched.")
    return redirect("staff-blocked")


@require_POST
def lift(request: HttpRequest, blocked_id: str) -> HttpResponse:
    asker = access.severe_decide(request.user)
    blocking.lift(access.blocked_read(request.user, blocked_id), by=asker)
    messages.success(request, "It is off the list.")
    return redirect("staff-blocked")
