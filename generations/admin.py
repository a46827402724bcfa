"""Shares and reports in the staff pages: to read, and to take a link down; the desk of moderators is built on them."""

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts import audit
from accounts.audited import Audited
from generations.models import Report, Share
from generations.services import shares
from generations.signing import token_of


class ReadOnly(Audited):
    """Rows that services alone change."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Report)
class ReportAdmin(ReadOnly):
    list_display = ("id", "created_at", "rule", "status", "share", "publisher_id", "user", "email")
    list_filter = ("status", "rule")
    search_fields = ("id", "subject", "words", "email")
    ordering = ("-id",)
    list_select_related = ("share", "user")


@admin.register(Share)
class ShareAdmin(ReadOnly):
    list_display = (
        "id",
        "user",
        "kind",
        "is_public",
        "views",
        "likes",
        "expires_at",
        "revoked_at",
        "created_at",
    )
    list_filter = ("is_public",)
    search_fields = ("id", "output__id", "prediction__id")
    ordering = ("-id",)
    list_select_related = ("user",)
    actions = ("take_down",)
    exclude = ("password",)

    def get_view_on_site_url(self, obj: Share | None = None) -> str | None:
        return f"/s/{token_of('share', obj)}/" if obj is not None else None

    @admin.action(description="Take these links down", permissions=["view"])
    def take_down(self, request: HttpRequest, rows: QuerySet[Share]) -> None:
        person: Any = request.user
        for share in rows:
            with transaction.atomic():
                shares.revoke(share)
                audit.record(person, "share.revoke", kind="share", id=share.pk)
