"""People in the staff pages, behind the same sign-in as everywhere."""

from typing import Any

import allauth.mfa.admin  # noqa: F401 - registers what is registered anew below
from allauth.account.admin import EmailAddressAdmin
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from accounts.audited import Audited
from accounts.models import Handle, User


class AddPersonForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ("email",)


class PersonForm(UserChangeForm):
    def clean_email(self) -> str | None:
        email: str | None = self.cleaned_data["email"]
        if not email and not self.instance.is_guest:
            raise forms.ValidationError("Only a guest has no address.")
        return email


@admin.register(User)
class PersonAdmin(Audited, UserAdmin):
    add_form = AddPersonForm
    form = PersonForm
    list_display = (
        "__str__",
        "email",
        "handle",
        "is_guest",
        "is_staff",
        "is_active",
        "date_joined",
        "seen_at",
    )
    list_filter = ("is_guest", "is_staff", "is_active")
    search_fields = ("email", "name", "handle")
    ordering = ("-id",)
    # Roles are given under /moderation/people/, by a verb that keeps to their rules.
    readonly_fields = (
        *("is_guest", "handle", "date_joined", "seen_at", "last_login", "session_epoch"),
        *("is_staff", "is_superuser", "groups"),
    )
    fieldsets = (
        (None, {"fields": ("email", "password", "name", "handle")}),
        ("Rights", {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        ("Times", {"fields": ("is_guest", "date_joined", "seen_at", "last_login", "session_epoch")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "usable_password", "password1", "password2")}),)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """People leave by their own account page, which also removes their files."""
        return False


@admin.register(Handle)
class HandleAdmin(Audited):
    list_display = ("name", "user", "taken_at")
    search_fields = ("name",)
    readonly_fields = ("name", "user", "taken_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A handle is never given to another, so its row is never removed."""
        return False


admin.site.unregister(Group)  # roles are written down in roles.py
admin.site.unregister(EmailAddress)
admin.site.unregister(Authenticator)


@admin.register(EmailAddress)
class AddressAdmin(Audited, EmailAddressAdmin):
    pass


@admin.register(Authenticator)
class FactorAdmin(Audited):
    """To take away the second factor of somebody who has lost it; what it consists of is for nobody to see."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    fields = ("user", "type", "created_at", "last_used_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def sign_in(request: HttpRequest, extra_context: Any = None) -> HttpResponse:
    """The staff pages have no door of their own: that one would know neither second factors nor our limits."""
    asked = request.GET.get("next", "")
    back = asked if asked.startswith("/admin/") else "/admin/"
    person = request.user
    if not isinstance(person, User) or person.is_guest:
        return redirect_to_login(back)
    if not person.is_staff:
        raise PermissionDenied
    return HttpResponseRedirect(back)


_index = admin.site.index


def index(request: HttpRequest, extra_context: Any = None) -> HttpResponse:
    """Those who may see no row here have their work elsewhere."""
    if not admin.site.get_app_list(request):
        return HttpResponseRedirect("/moderation/")
    return _index(request, extra_context)


admin.site.index = index  # type: ignore[method-assign, assignment]
admin.site.login = sign_in  # type: ignore[method-assign]
