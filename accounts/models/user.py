"""A person: with an e-mail address and a password, or a guest who has neither yet."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone

HANDLE = r"^[a-z0-9](?:[a-z0-9-]{0,37}[a-z0-9])?$"


class Sensitive(models.TextChoices):
    """What one sees of pictures that their publisher marked as sensitive."""

    HIDE = "hide", "Hide them"
    BLUR = "blur", "Blur them until I ask"
    SHOW = "show", "Show them"


class Right(models.TextChoices):
    """What staff may do; accounts/roles.py says which role may. Kept as permissions of Django's own."""

    READ_DESK = "read_desk", "Can see the desk: cases, and what is shared or reported"
    DECIDE = "decide", "Can decide on cases"
    DECIDE_APPEAL = "decide_appeal", "Can decide on appeals"
    READ_NUMBERS = "read_numbers", "Can see the numbers of the staff's work"
    DECIDE_SEVERE = "decide_severe", "Can propose and second severe decisions"
    READ_PRIVATE = "read_private", "Can open what is private, for a reason"
    EDIT_RULES = "edit_rules", "Can draft prompt rules and try them"
    ACTIVATE_RULES = "activate_rules", "Can activate and revert prompt rules"
    EXPORT_STATEMENTS = "export_statements", "Can export statements of reasons"
    READ_AUDIT = "read_audit", "Can read the audit"
    GIVE_ROLES = "give_roles", "Can give and take roles"
    SET_SWITCHES = "set_switches", "Can set the switches of the site"
    KEEP_CATALOGUE = "keep_catalogue", "Can keep the catalogue of models"
    OPEN_SEALED = "open_sealed", "Can open sealed evidence, together with another"  # no role: named persons


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str | None = None, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower() if email else None, **fields)
        if password is None:
            user.set_unusable_password()
        else:
            user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, **{**fields, "is_staff": True, "is_superuser": True})

    def create_guest(self) -> "User":
        return self.create_user(is_guest=True)


class User(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField(unique=True, null=True, blank=True)
    handle = models.CharField(
        max_length=39, unique=True, null=True, blank=True, validators=[RegexValidator(HANDLE)]
    )
    name = models.CharField(max_length=80, blank=True)
    is_guest = models.BooleanField(default=False)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)
    sensitive = models.CharField(max_length=4, choices=Sensitive.choices, default=Sensitive.BLUR)
    has_profile = models.BooleanField(default=False)  # a public page at /@handle, when they want one
    standing = models.PositiveSmallIntegerField(default=0)  # what moderators decided; generations reads it
    session_epoch = models.PositiveIntegerField(default=0)  # raised to end every session of this person

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        permissions = tuple(Right.choices)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(is_guest=True) | models.Q(email__isnull=False), name="person_has_email"
            )
        ]
        indexes = [
            models.Index(fields=["seen_at"], condition=models.Q(is_guest=True), name="guests_by_visit"),
        ]

    def __str__(self) -> str:
        return self.display_name

    def get_session_auth_hash(self) -> str:
        """What a session must match: a new password or a raised epoch signs out everywhere."""
        return f"{super().get_session_auth_hash()}.{self.session_epoch}"

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        for digest in super().get_session_auth_fallback_hash():
            yield f"{digest}.{self.session_epoch}"

    @property
    def display_name(self) -> str:
        return self.name or self.handle or (self.email or "").partition("@")[0] or "Guest"
