"""Who of the staff could do something besides somebody: where nobody could, one person alone may, a day later."""

from django.db.models import Q

from accounts.models import Right, User


def others_with(right: Right, *, besides: int | None) -> int:
    """How many people have this right, `besides` not counted."""
    rows = User.objects.filter(
        Q(is_superuser=True)
        | Q(
            groups__permissions__codename=right.value, groups__permissions__content_type__app_label="accounts"
        )
        | Q(user_permissions__codename=right.value, user_permissions__content_type__app_label="accounts"),
        is_active=True,
        is_staff=True,
    )
    return rows.exclude(pk=besides).distinct().count()
