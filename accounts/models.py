"""People, and what belongs to their account alone."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.sessions.base_session import AbstractBaseSession
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nexus.lib.days import local_day, time_zones
from nexus.lib.ids import new_id


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
    profile_img = models.CharField(_("portrait"), max_length=500, blank=True)
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.USER)
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_verified = models.BooleanField(_("e-mail confirmed"), default=False)
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[validate_time_zone]
    )
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
        )

    def __str__(self) -> str:
        return self.username or self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; a new person gets preferences in the same transaction: they are never missing."""
        is_new = self._state.adding
        with transaction.atomic():
            super().save(*args, **kwargs)
            if is_new:
                Preferences.objects.create(user=self)

    @property
    def is_staff(self) -> bool:
        return self.is_active and self.role in {self.Role.ADMIN, self.Role.MODERATOR}

    def get_full_name(self) -> str:
        return self.username

    def day_of(self, at: datetime) -> date:
        """The writing day of this writer that holds the instant `at`."""
        return local_day(at, time_zone=self.time_zone, day_end_hour=self.day_end_hour)


class Preferences(models.Model):
    """How the studio behaves for one writer; typed columns, one row each."""

    class Theme(models.TextChoices):
        SYSTEM = "system", _("As my device")
        LIGHT = "light", _("Paper")
        DARK = "dark", _("Charcoal")

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="preferences")
    theme = models.CharField(max_length=10, choices=Theme, default=Theme.SYSTEM)
    idle_minutes = models.PositiveSmallIntegerField(default=5)

    class Meta:
        verbose_name_plural = "preferences"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(idle_minutes__range=(1, 30)), name="idle_minutes_1_to_30"
            ),
        )

    def __str__(self) -> str:
        return f"Preferences of {self.user_id}"


class Session(AbstractBaseSession):
    """A signed-in browser or program; a row, so that it can be listed and ended."""

    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="sessions")
    ip = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)

    class Meta(AbstractBaseSession.Meta):
        abstract = False

    def __str__(self) -> str:
        return f"Session of {self.user_id or 'a visitor'}"

    @classmethod
    def get_session_store_class(cls) -> Any:
        from accounts.sessions import SessionStore

        return SessionStore
