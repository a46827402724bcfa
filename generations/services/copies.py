"""The tie between a picture and what another person's program took from its address."""

from django.db import transaction
from django.db.models import Q

from generations.models import Output, SubjectKind, Upload
from generations.services import standings


def tie(upload: Upload, original: str) -> None:
    """From now on what is decided about `original`, an output or an upload, holds for `upload` too, and for its copies.

    The first tie stays: the same bytes again are the same upload.
    """
    if upload.copy_of or not original or upload.pk == original:
        return
    is_output = Output.objects.filter(pk=original).exists()
    with transaction.atomic():
        # as decisions do, so that one that falls meanwhile either sees the copy or is seen
        standings.lock(SubjectKind.OUTPUT if is_output else SubjectKind.UPLOAD, original)
        Upload.objects.filter(Q(pk=upload.pk) | Q(copy_of=upload.pk)).exclude(pk=original).update(
            copy_of=original
        )
        standings.of_copies(original)
