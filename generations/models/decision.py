"""A decision on a case, with what a statement of reasons needs. No row is ever changed: a later one supersedes it.

Who decided and whom it is about are kept by number, without a foreign key in the database, so that a decision outlives
both.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from generations.ids import new_id


class Ruling(models.TextChoices):
    KEEP = "keep", "Breaks no rule"
    WARN = "warn", "A warning"
    LABEL = "label", "Labelled"
    BLUR = "blur", "Marked as sensitive"
    AGE_GATE = "age_gate", "For adults only"
    UNLIST = "unlist", "Taken out of public lists"
    HOLD = "hold", "Held until it is reviewed"
    REVOKE_LINKS = "revoke_links", "Its links are closed"
    HIDE = "hide", "Hidden"
    REMOVE = "remove", "Removed"
    BLOCK_HASH = "block_hash", "Removed, and kept from coming back"
    DIVERT = "divert", "Removed and diverted"
    LIMIT = "limit", "Fewer pictures for a while"
    MUTE = "mute", "No publishing for a while"
    SUSPEND = "suspend", "Suspended"
    TERMINATE = "terminate", "Account closed"
    # About an earlier decision
    UNDO = "undo", "Undone at once"
    OVERTURN = "overturn", "Overturned"


class Ground(models.TextChoices):
    TERMS = "terms", "Against the rules of this site"
    LEGAL = "legal", "Against the law"


SEVERE = (Ruling.TERMINATE, Ruling.BLOCK_HASH)  # always a matter for two


class Decision(models.Model):
    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    case = models.ForeignKey("generations.Case", on_delete=models.PROTECT, related_name="decisions")
    moderator = models.ForeignKey(  # None: the site itself, by a rule
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="decisions",
    )
    person = models.ForeignKey(  # whom it is about
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="decisions_about",
    )
    outcome = models.CharField(max_length=16, choices=Ruling.choices)
    decided_at = models.DateTimeField(default=timezone.now, editable=False)
    supersedes = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )

    # The statement of reasons
    ground = models.CharField(max_length=8, choices=Ground.choices, default=Ground.TERMS)
    category = models.CharField(max_length=32)
    rule = models.CharField(max_length=120, blank=True)  # the rule with its version, as it was
    rule_text = models.TextField(blank=True)  # its words, as they were
    legal_ground = models.CharField(max_length=300, blank=True)
    reference_url = models.URLField(blank=True)
    facts = models.TextField(blank=True)
    user_text = models.TextField(blank=True)  # what the person is told beside the template
    internal_note = models.TextField(blank=True)
    source = models.CharField(max_length=120, blank=True)  # which rule or detector, with its version
    source_type = models.CharField(max_length=20)  # notice, own_initiative
    automated_detection = models.BooleanField(default=False)
    automated_decision = models.BooleanField(default=False)
    content_type = models.CharField(max_length=20, default="synthetic_media")
    content_at = models.DateTimeField(null=True, blank=True)
    territorial_scope = models.JSONField(default=list)  # country codes; none: everywhere
    ends_at = models.DateTimeField(null=True, blank=True)
    needs_second = models.BooleanField(default=False)  # its actions begin with a second person's word
    is_appealable = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(needs_second=True)
                | ~(Q(outcome__in=SEVERE) | Q(ground=Ground.LEGAL))
                | Q(outcome__in=(Ruling.KEEP, Ruling.UNDO, Ruling.OVERTURN)),
                name="severe_needs_two",
            ),
            models.CheckConstraint(
                condition=Q(automated_decision=True, moderator__isnull=True)
                | Q(automated_decision=False, moderator__isnull=False),
                name="decision_by_one_or_none",
            ),
            models.CheckConstraint(
                condition=Q(ground=Ground.TERMS) | ~Q(legal_ground=""), name="law_is_named"
            ),
        ]
        indexes = [
            models.Index(fields=["source", "-id"], name="decisions_of_source"),
            models.Index(fields=["person", "-id"], name="decisions_of_person"),
            models.Index(fields=["-decided_at"], name="decisions_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.outcome}"
