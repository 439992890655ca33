"""Making accounts; every door (page, API, command) ends here."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import limits, mfa
from accounts.models import User
from accounts.sessions import end_all
from nexus.lib.errors import Conflict, FieldError, Invalid
from nexus.lib.names import clean_title


def register(
    *, email: str, password: str, username: str = "", profile_img: str = "", time_zone: str = ""
) -> User:
    """Make an account; raise Conflict when the address has one, Invalid for a weak password.

    Without a `time_zone` the first visit of her browser may still name it.
    """
    address = clean_email(email)
    name = clean_title(username or address.partition("@")[0], field="username", max_length=100)
    user = User(email=address, username=name, profile_img=profile_img)
    if time_zone:
        user.time_zone, user.has_chosen_time_zone = time_zone, True
    check_strength(password, user)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
            EmailAddress.objects.create(user=user, email=address, primary=True, verified=False)
    except IntegrityError as error:
        raise Conflict(_("There is already an account with this e-mail."), code="taken") from error
    return user


@transaction.atomic
def create_administrator(email: str, password: str) -> User:
    """Make the account an administrator's, creating it when it is new; the password is set."""
    address = clean_email(email)
    user = User.objects.filter(email__iexact=address).first() or User(
        email=address, username=address.partition("@")[0][:100]
    )
    check_strength(password, user)
    user.set_password(password)
    user.role, user.is_superuser = User.Role.ADMIN, True
    user.is_active = user.is_verified = True
    user.save()
    # Whoever was signed in until now need not be who has been named.
    end_all(user)
    keep_address(user)
    return user


@transaction.atomic
def keep_address(user: User) -> None:
    """Make the user's address the one the sign-in library writes to; it keeps its own record."""
    EmailAddress.objects.filter(user=user, primary=True).exclude(email=user.email).delete()
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"primary": True, "verified": user.is_verified}
    )


def clean_email(raw: str) -> str:
    address = raw.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        message = _("This does not look like an e-mail address.")
        raise Invalid.field("email", message) from error
    if len(address) > User._meta.get_field("email").max_length:  # type: ignore[operator]
        raise Invalid.field("email", _("This e-mail address is too long."), code="max_length")
    return address


def check_strength(password: str, user: User, *, field: str = "password") -> None:
    """Raise Invalid for a password that is too easy for this person, with every reason."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        errors = [FieldError(field, message, "weak_password") for message in error.messages]
        raise Invalid(error.messages[0], code="weak_password", errors=errors) from error


def confirm_identity(user: User, *, password: str = "", code: str = "") -> None:
    """Make sure that it is really this person, before something sensitive.

    Raises Invalid, at the field that was wrong, and TooMany after ten tries in a minute.
    """
    limits.identity(user)
    if password and user.check_password(password):
        return
    if code and not password:
        if mfa.check_code(user, code):
            return
        raise Invalid.field("code", _("This code is not right."), code="wrong_code")
    raise Invalid.field("password", _("This password is not right."), code="wrong_password")
