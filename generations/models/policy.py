"""Prompt rules: what prompts may not say. A rule is a row of versions; what a version says never changes once it acts.

draft ──► shadow ──► active ──► retired        A draft may go at any time, and an active version when another comes.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from generations.ids import new_id
from generations.models.report import Rule


class Severity(models.TextChoices):
    REFUSE = "refuse", "Refuse it"
    HOLD = "hold", "Make it, but share it only after review"
    WARN = "warn", "Warn, and let it pass"


class PolicyState(models.TextChoices):
    DRAFT = "draft", "Draft"
    SHADOW = "shadow", "In shadow"
    ACTIVE = "active", "Active"
    RETIRED = "retired", "Retired"


EDITABLE = (PolicyState.DRAFT, PolicyState.SHADOW)
MATCHED = (PolicyState.SHADOW, PolicyState.ACTIVE)


class PolicyVersion(models.Model):
    """One version of one rule. `clauses` and `allowed`: a line each, in the language of wording.py."""

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    rule = models.SlugField(max_length=40)
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=PolicyState.choices, default=PolicyState.DRAFT)
    severity = models.CharField(max_length=8, choices=Severity.choices)
    category = models.CharField(max_length=16, choices=Rule.choices)
    title = models.CharField(max_length=120)  # the rule as people read it
    clauses = models.TextField()
    allowed = models.TextField(blank=True)
    sha256 = models.CharField(max_length=64)  # of what it says

    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )  # None: it ships with the site
    edited_at = models.DateTimeField(default=timezone.now)
    shadow_at = models.DateTimeField(null=True, blank=True)
    activated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    activated_at = models.DateTimeField(null=True, blank=True)
    is_single_operator = models.BooleanField(default=False)  # nobody else could have agreed to it
    retired_at = models.DateTimeField(null=True, blank=True)
    reverted_at = models.DateTimeField(null=True, blank=True)  # all that it did was taken back

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule", "number"], name="policy_numbered"),
            models.UniqueConstraint(
                fields=["rule"], condition=Q(state=PolicyState.ACTIVE), name="policy_one_active"
            ),
            models.UniqueConstraint(
                fields=["rule"], condition=Q(state__in=EDITABLE), name="policy_one_candidate"
            ),
            models.CheckConstraint(
                condition=Q(activated_by__isnull=True)
                | Q(edited_by__isnull=True)
                | Q(is_single_operator=True)
                | ~Q(activated_by=F("edited_by")),
                name="policy_four_eyes",
            ),
        ]
        indexes = [models.Index(fields=["state"], condition=Q(state__in=MATCHED), name="policies_matched")]

    def __str__(self) -> str:
        return self.ref

    @property
    def ref(self) -> str:
        """Rule and number, as messages and decisions name it."""
        return f"{self.rule}/{self.number}"

    @property
    def source(self) -> str:
        """As signals and decisions name it."""
        return f"prompt:{self.rule}@{self.number}"

    @property
    def is_editable(self) -> bool:
        return self.state in EDITABLE


class Outcome(models.TextChoices):
    """What a version did to an input, or would have done."""

    REFUSED = "refused"
    HELD = "held"
    WARNED = "warned"
    PASSED = "passed", "passed after a warning"
    SHADOWED = "shadowed", "would have acted"


class PolicyHit(models.Model):
    """That a version matched. No prompt is kept of what was refused: only the words that matched."""

    version = models.ForeignKey("generations.PolicyVersion", on_delete=models.CASCADE, related_name="hits")
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    field = models.CharField(max_length=64)
    words = models.JSONField(default=list)  # those that matched, as they were typed
    spans = models.JSONField(default=list)  # [[start, end], …] of them
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    prediction = models.ForeignKey(
        "generations.Prediction", on_delete=models.CASCADE, null=True, blank=True, related_name="policy_hits"
    )
    created_at = models.DateTimeField(default=timezone.now)
    released_at = models.DateTimeField(null=True, blank=True)  # the hold has ended

    class Meta:
        indexes = [
            models.Index(fields=["version", "-created_at"], name="hits_of_version"),
            models.Index(fields=["created_at"], name="hits_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} by {self.version_id}"
