"""People, and what belongs to their account alone."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.base_session import AbstractBaseSession
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import permissions
from nexus.lib.days import local_day, time_zones
from nexus.lib.ids import new_id
from nexus.lib.picture_files import version_of


def validate_time_zone(name: str) -> None:
    """Refuse what the tz database does not know."""
    if name not in time_zones():
        raise ValidationError(_("There is no time zone “%(name)s”."), params={"name": name})


class UserManager(BaseUserManager["User"]):
    """Creates people by e-mail; the address is kept in lower case."""

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=(username or "").strip())

    def create_user(self, email: str, password: str | None = None, **values: Any) -> User:
        user = self.model(email=email.strip().lower(), **values)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **values: Any) -> User:
        values |= {"role": User.Role.ADMIN, "is_superuser": True, "is_verified": True}
        return self.create_user(email, password, **values)


class User(AbstractBaseUser, PermissionsMixin):
    """A writer or a member of staff; signs in by e-mail."""

    class Role(models.TextChoices):
        USER = "user", _("Writer")
        MODERATOR = "moderator", _("Moderator")
        ADMIN = "admin", _("Administrator")

    class WeekStart(models.IntegerChoices):
        MONDAY = 1, _("Monday")
        SATURDAY = 6, _("Saturday")
        SUNDAY = 7, _("Sunday")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(_("e-mail"), unique=True)
    username = models.CharField(_("pen name"), max_length=100)
    # An address that programs keep here; pages show what was uploaded, in `portrait`.
    profile_img = models.CharField(_("portrait"), max_length=500, blank=True)
    portrait = models.FileField(
        max_length=100, blank=True, editable=False, default="", db_default=""
    )
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.USER)
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_verified = models.BooleanField(_("e-mail confirmed"), default=False)
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[validate_time_zone]
    )
    # False until the writer or her browser named a zone: the first visit may still fill it in.
    has_chosen_time_zone = models.BooleanField(default=False, editable=False)
    day_end_hour = models.PositiveSmallIntegerField(_("my day ends at"), default=0)
    week_start = models.PositiveSmallIntegerField(
        _("my week starts on"), choices=WeekStart, default=WeekStart.MONDAY
    )
    created_at = models.DateTimeField(_("joined"), default=timezone.now, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["username"]

    class Meta:
        verbose_name = _("writer")
        verbose_name_plural = _("writers")
        constraints = (
            models.UniqueConstraint(Lower("email"), name="user_email_once"),
            models.CheckConstraint(
                condition=models.Q(day_end_hour__lte=6), name="user_day_end_hour_0_to_6"
            ),
            models.CheckConstraint(
                condition=models.Q(week_start__in=[1, 6, 7]), name="user_week_start_known"
            ),
            models.CheckConstraint(
                condition=models.Q(role="admin", is_superuser=True)
                | (~models.Q(role="admin") & models.Q(is_superuser=False)),
                name="user_superuser_follows_role",
            ),
        )

    def __str__(self) -> str:
        return self.username or self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; a new person gets preferences and a profile with it: they are never missing."""
        is_new = self._state.adding
        with transaction.atomic():
            super().save(*args, **kwargs)
            if is_new:
                Preferences.objects.create(user=self)
                Profile.objects.create(user=self)

    @property
    def is_staff(self) -> bool:
        return self.is_active and self.role in {self.Role.ADMIN, self.Role.MODERATOR}

    @property
    def portrait_url(self) -> str:
        """Where she sees her portrait, "" without one; it changes with the picture."""
        if not self.portrait:
            return ""
        return f"{reverse('accounts:portrait_picture')}?v={version_of(str(self.portrait.name))}"

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Permissions come from the role, in code; see `accounts.permissions`."""
        return self.is_active and permissions.allows(self.role, perm)

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and permissions.allows_app(self.role, app_label)

    def get_full_name(self) -> str:
        return self.username

    def day_of(self, at: datetime) -> date:
        """The writing day of this writer that holds the instant `at`."""
        return local_day(at, time_zone=self.time_zone, day_end_hour=self.day_end_hour)


class Profile(models.Model):
    """What a writer tells about herself, if she likes; only she and her exports show it."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="profile")
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    country = models.CharField(_("country"), max_length=100, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    bio = models.TextField(_("about me"), max_length=2000, blank=True)
    website = models.URLField(_("website"), max_length=300, blank=True)

    def __str__(self) -> str:
        return f"Profile of {self.user_id}"


class Preferences(models.Model):
    """How the studio behaves for one writer; typed columns, one row each."""

    class Theme(models.TextChoices):
        SYSTEM = "system", _("As my device")
        LIGHT = "light", _("Paper")
        DARK = "dark", _("Charcoal")
        SEPIA = "sepia", _("Sepia")
        CONTRAST = "contrast", _("High contrast")

    class EditorFont(models.TextChoices):
        LITERATA = "literata", "Literata"
        SOURCE_SERIF = "source-serif", "Source Serif 4"
        LORA = "lora", "Lora"
        ATKINSON = "atkinson", "Atkinson Hyperlegible"
        INTER = "inter", "Inter"
        JETBRAINS_MONO = "jetbrains-mono", "JetBrains Mono"
        PLEX_MONO = "plex-mono", "IBM Plex Mono"

    class CountingRule(models.TextChoices):
        NEXUS = "nexus-1", _("Words a reader would count")
        LIBREOFFICE = "libreoffice", _("As LibreOffice counts")
        UNICODE = "unicode", _("Unicode word boundaries")

    class MinimumUnit(models.TextChoices):
        WORDS = "words", _("words")
        MINUTES = "minutes", _("minutes")

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="preferences")
    theme = models.CharField(max_length=10, choices=Theme, default=Theme.SYSTEM)
    reduced_motion = models.BooleanField(default=False)
    editor_font = models.CharField(max_length=20, choices=EditorFont, default=EditorFont.LITERATA)
    editor_size = models.PositiveSmallIntegerField(default=19)
    editor_line_height = models.DecimalField(max_digits=2, decimal_places=1, default=Decimal("1.6"))
    editor_width = models.PositiveSmallIntegerField(default=65)
    spell_check = models.BooleanField(default=True)
    typewriter = models.BooleanField(default=False)
    focus_mode = models.BooleanField(default=False)
    idle_minutes = models.PositiveSmallIntegerField(default=5)
    counting_rule = models.CharField(
        max_length=20, choices=CountingRule, default=CountingRule.NEXUS
    )
    # What a day needs to count for the streak, in words or in minutes of writing.
    daily_minimum = models.PositiveSmallIntegerField(default=1)
    minimum_unit = models.CharField(max_length=10, choices=MinimumUnit, default=MinimumUnit.WORDS)
    mail_new_device = models.BooleanField(default=True)
    mail_finished_jobs = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "preferences"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(editor_size__range=(14, 28)), name="editor_size_14_to_28"
            ),
            models.CheckConstraint(
                condition=models.Q(editor_line_height__range=(Decimal("1.3"), Decimal("2.0"))),
                name="editor_line_height_1_3_to_2",
            ),
            models.CheckConstraint(
                condition=models.Q(editor_width__range=(56, 80)), name="editor_width_56_to_80"
            ),
            models.CheckConstraint(
                condition=models.Q(idle_minutes__range=(1, 30)), name="idle_minutes_1_to_30"
            ),
            models.CheckConstraint(
                condition=models.Q(daily_minimum__range=(1, 10_000)),
                name="daily_minimum_1_to_10000",
            ),
        )

    def __str__(self) -> str:
        return f"Preferences of {self.user_id}"


class Session(AbstractBaseSession):
    """A signed-in browser or program: the one row behind cookie, access and refresh token.

    Deleting it ends all three. Its key is the cookie and never leaves the server otherwise; people
    and tokens name it by `public_id`, which stays when the key is rotated.
    """

    class Kind(models.TextChoices):
        SHORT = "short", _("Until the browser closes, at most 12 hours")
        KEPT = "kept", _("Kept signed in")
        PROGRAM = "program", _("Signed in through the API")

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="sessions")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.SHORT)
    ip = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)
    # The chain of refresh tokens: each is derived from these and the server's key, none is stored.
    refresh_secret = models.CharField(max_length=64, blank=True)
    refresh_generation = models.PositiveIntegerField(default=0)
    refreshed_at = models.DateTimeField(null=True)
    refreshed_by = models.CharField(max_length=64, blank=True)

    class Meta(AbstractBaseSession.Meta):
        abstract = False

    def __str__(self) -> str:
        return f"Session of {self.user_id or 'a visitor'}"

    @classmethod
    def get_session_store_class(cls) -> Any:
        from accounts.sessions import SessionStore

        return SessionStore


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def visible_to(self, user: User) -> ApiTokenQuerySet:
        return self.filter(user=user)

    def usable(self, at: datetime) -> ApiTokenQuerySet:
        """Leave out what has expired, and what belongs to disabled or deleted people."""
        lasting = models.Q(expires_at=None) | models.Q(expires_at__gt=at)
        return self.filter(lasting, user__is_active=True, user__deleted_at=None)


class ApiToken(models.Model):
    """A personal token for a program: shown once, kept as a digest, limited to its scopes."""

    class Scope(models.TextChoices):
        READ = "read", _("Read everything, prose included")
        WRITE = "write", _("Write, change and delete")
        ANALYTICS = "analytics", _("Read numbers, never prose")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=8)
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope), size=3)
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(scopes__len__gt=0)
                & models.Q(scopes__contained_by=["read", "write", "analytics"]),
                name="api_token_scopes_known",
            ),
        )

    def __str__(self) -> str:
        return self.name


class EmailChange(models.Model):
    """A new address that waits for its link.

    Kept apart from the addresses in use: nobody signs in with it or resets a password through it.
    """

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="email_change")
    email = models.EmailField(_("new address"))
    asked_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.email
