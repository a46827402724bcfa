"""What programs have sent."""

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from generations import standing
from generations.models import Upload


def files_of(user: User) -> QuerySet[Upload]:
    """The files of this person that have not run out."""
    return files_there().filter(user=user)


def files_there() -> QuerySet[Upload]:
    """Everybody's."""
    return Upload.objects.select_related("user").filter(
        is_file=True, expires_at__gt=timezone.now(), standing__lt=standing.HIDE
    )
