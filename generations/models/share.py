"""A share: a link to one thing, with what it shows and who may open it. The link is a capability (signing.py)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from generations import standing
from generations.ids import new_id

KINDS = ("output", "prediction", "album", "grid")


def _one_alone(names: tuple[str, ...]) -> Q:
    """One of these is set, and no other."""
    found = Q()
    for one in names:
        found |= Q(**{f"{name}__isnull": name != one for name in names})
    return found


class Share(models.Model):
    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="shares")
    epoch = models.PositiveIntegerField(default=0)  # raised to make the link void
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    # What it leads to: one of these
    output = models.ForeignKey(
        "generations.Output", on_delete=models.CASCADE, null=True, blank=True, related_name="shares"
    )
    prediction = models.ForeignKey(
        "generations.Prediction", on_delete=models.CASCADE, null=True, blank=True, related_name="shares"
    )

    album = models.ForeignKey(
        "generations.Album", on_delete=models.CASCADE, null=True, blank=True, related_name="shares"
    )
    grid = models.ForeignKey(
        "generations.Grid", on_delete=models.CASCADE, null=True, blank=True, related_name="shares"
    )

    # What it shows
    shows_prompt = models.BooleanField(default=True)
    shows_seed = models.BooleanField(default=True)
    shows_recipe = models.BooleanField(default=True)
    shows_name = models.BooleanField(default=True)
    shows_origins = models.BooleanField(default=False)  # start images and parents
    strips_metadata = models.BooleanField(default=False)  # no recipe in files that are taken away

    # Who may open it
    is_public = models.BooleanField(default=False)  # in Explore, and for search engines
    password = models.CharField(max_length=200, blank=True)  # a hash
    lock = models.PositiveIntegerField(default=0)  # raised with the password: what it opened is shut again
    expires_at = models.DateTimeField(null=True, blank=True)
    views_most = models.PositiveIntegerField(null=True, blank=True)

    is_screened = models.BooleanField(
        default=False
    )  # while public it shows what the classifier has seen alone
    publish_asked_at = models.DateTimeField(null=True, blank=True)  # it becomes public once it may

    # What became of it
    standing = models.PositiveSmallIntegerField(default=0)  # what moderators decided (standing.py)
    views = models.PositiveIntegerField(default=0)
    likes = models.PositiveIntegerField(default=0)
    published_at = models.DateTimeField(null=True, blank=True)
    cover = models.ForeignKey(
        "generations.Output", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    model = models.ForeignKey(
        "generations.RegisteredModel", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )  # of the cover, for the pages of a model

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=_one_alone(KINDS),
                name="share_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(is_public=False)
                | Q(password="", views_most__isnull=True, published_at__isnull=False),
                name="public_share_is_open",
            ),
        ]
        indexes = [
            models.Index(
                fields=["publish_asked_at"],
                condition=Q(publish_asked_at__isnull=False, is_public=False, revoked_at__isnull=True),
                name="shares_to_publish",
            ),
            models.Index(fields=["user", "-id"], name="shares_of_user"),
            models.Index(
                fields=["-published_at", "-id"],
                condition=Q(is_public=True, revoked_at__isnull=True),
                name="explore_newest",
            ),
            models.Index(
                fields=["-likes", "-id"],
                condition=Q(is_public=True, revoked_at__isnull=True),
                name="explore_liked",
            ),
            models.Index(
                fields=["model", "-published_at", "-id"],
                condition=Q(is_public=True, revoked_at__isnull=True),
                name="explore_of_model",
            ),
            models.Index(
                fields=["user", "-published_at", "-id"],
                condition=Q(is_public=True, revoked_at__isnull=True),
                name="explore_of_person",
            ),
        ]

    def __str__(self) -> str:
        return self.id

    @property
    def kind(self) -> str:
        """The noun that it leads to."""
        return next(kind for kind in KINDS if getattr(self, f"{kind}_id"))

    @property
    def subject_id(self) -> str:
        """The id of what it leads to."""
        return str(getattr(self, f"{self.kind}_id"))

    @property
    def is_over(self) -> bool:
        """Its time has run out."""
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def is_used_up(self) -> bool:
        """It was opened as often as it may be."""
        return self.views_most is not None and self.views >= self.views_most

    @property
    def is_live(self) -> bool:
        return self.revoked_at is None and not self.is_over and not self.is_used_up

    @property
    def has_door(self) -> bool:
        """Something is asked of whoever opens it, so no card, frame or feed may show what is behind."""
        return bool(self.password) or self.views_most is not None or self.is_for_adults

    @property
    def is_for_adults(self) -> bool:
        """A moderator's decision: whoever opens it says that they are one."""
        return bool(self.standing & standing.AGE_GATE)


class Like(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="likes")
    share = models.ForeignKey("generations.Share", on_delete=models.CASCADE, related_name="liked_by")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "share"], name="like_once")]

    def __str__(self) -> str:
        return f"{self.user_id} likes {self.share_id}"
