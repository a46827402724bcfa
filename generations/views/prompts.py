"""The prompts that a person has sent: their page with search, what the composer walks back through, forgetting."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from generations import access, queries
from generations.ids import is_id
from generations.services import prompts as verbs

SEARCH_MAX = 200


@require_safe
@login_required
@never_cache
def prompts(request: HttpRequest) -> HttpResponse:
    search, after = request.GET.get("q", "")[:SEARCH_MAX], request.GET.get("after", "")
    page = queries.prompts_page(request.user, search=search, after=after if is_id(after) else None)
    words = {"q": search} if search else {}
    context = {
        "remembered": page.items,
        "search": search,
        "next": f"?{urlencode({**words, 'after': page.next})}" if page.next else "",
        "is_asked_to_forget": request.GET.get("forget") == "1" and bool(page.items),
    }
    return render(request, "generations/prompts.html", context)


@require_safe
@never_cache
def prompts_recent(request: HttpRequest) -> JsonResponse:
    """{"prompts": newest first}, for the up key; of nobody yet there are none."""
    found = queries.recent_prompts(request.user) if request.user.is_authenticated else []
    return JsonResponse({"prompts": found})


@require_POST
@login_required
def prompts_forget(request: HttpRequest) -> HttpResponse:
    """One (`prompt`), or all of them (`all`)."""
    if request.POST.get("all") == "1":
        verbs.forget_all(request.user)
        messages.success(request, "Your prompt history is empty.")
        return redirect("prompts")
    verbs.forget(access.past_prompt_write(request.user, request.POST.get("prompt", "")))
    if request.htmx:
        return HttpResponse()
    search = request.POST.get("q", "")[:SEARCH_MAX]
    return redirect(reverse("prompts") + (f"?{urlencode({'q': search})}" if search else ""))
