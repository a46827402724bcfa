"""The one page of accounts that is not allauth's: the link that makes the first administrator."""

from allauth.account.models import EmailAddress
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts import guests, links
from accounts.errors import LinkRefused
from accounts.forms import FirstAdminForm
from accounts.models import User


@never_cache
@sensitive_post_parameters("password")
def first_admin(request: HttpRequest, token: str) -> HttpResponse:
    """A form for whoever starts the site; someone signed in already is asked only whether it shall be them."""
    try:
        links.check_admin_link(token)
        person = request.user if isinstance(request.user, User) and not request.user.is_guest else None
        form = FirstAdminForm(request.POST or None)
        if request.method == "POST" and (person or form.is_valid()):
            return _make(request, token, person=person, form=form)
    except LinkRefused as refused:
        return render(request, "accounts/link_refused.html", {"sentence": refused.sentence}, status=410)
    return render(request, "accounts/first_admin.html", {"form": form, "person": person})


def _make(request: HttpRequest, token: str, *, person: User | None, form: FirstAdminForm) -> HttpResponse:
    with transaction.atomic():
        found = person or _create(form.cleaned_data["email"], form.cleaned_data["password"])
        links.make_administrator(token, found)
    guests.enter(request, found)
    messages.success(request, "You are the administrator of this site.")
    return redirect("account")


def _create(email: str, password: str) -> User:
    created = User.objects.create_user(email, password)
    # Whoever holds the link runs the machine; a mail server that fails must not lock them out.
    EmailAddress.objects.create(user=created, email=email, primary=True, verified=True)
    return created
