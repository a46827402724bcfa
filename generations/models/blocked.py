"""Pictures that may not come back: their perceptual hashes, and those of their flips, turns and centre crops."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from generations.ids import new_id
from generations.models.report import Rule


class BlockedPicture(models.Model):
    """A picture that is refused when it is brought, and withheld when it is made. Only its hashes are kept."""

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    category = models.CharField(max_length=16, choices=Rule.choices)
    reason = models.CharField(max_length=300)
    source = models.CharField(
        max_length=26, blank=True
    )  # id of the output that it was, "" for one from outside
    decision = models.CharField(max_length=26, blank=True)  # id of the decision that says so
    created_at = models.DateTimeField(default=timezone.now)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    agreed_at = models.DateTimeField(null=True, blank=True)  # since then it is matched
    is_single_operator = models.BooleanField(default=False)  # nobody else could have agreed to it
    lifted_at = models.DateTimeField(null=True, blank=True)
    hits = models.PositiveIntegerField(default=0)
    last_hit_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(agreed_by__isnull=True)
                | Q(asked_by__isnull=True)
                | Q(is_single_operator=True)
                | ~Q(agreed_by=F("asked_by")),
                name="block_four_eyes",
            ),
        ]

    def __str__(self) -> str:
        return self.id

    @property
    def is_matched(self) -> bool:
        return self.agreed_at is not None and self.lifted_at is None


class BlockHash(models.Model):
    picture = models.ForeignKey("generations.BlockedPicture", on_delete=models.CASCADE, related_name="hashes")
    algorithm = models.CharField(max_length=8, default="pdq")
    bits = models.CharField(max_length=64)  # hexadecimal
    change = models.CharField(max_length=48)  # what was done to the picture: "turned 90, cropped 6 %"

    class Meta:
        constraints = [models.UniqueConstraint(fields=["picture", "bits"], name="block_hash_once")]

    def __str__(self) -> str:
        return self.bits


class BlockListStamp(models.Model):
    """One row, whose number is another one after every change: a process reads the hashes again only then."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_block_list")]

    def __str__(self) -> str:
        return str(self.number)
