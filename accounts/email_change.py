"""A new e-mail address: asked for, confirmed by its own link, and only then used."""

from __future__ import annotations

from datetime import timedelta

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import EmailChange, User
from accounts.services import clean_email, keep_address
from nexus.lib.errors import Conflict

SALT = "accounts.email_change"
LINK_LIVES = timedelta(hours=24)


def pending_change(user: User) -> EmailChange | None:
    return EmailChange.objects.filter(user=user).first()


def begin_change(user: User, *, email: str, request: HttpRequest) -> EmailChange:
    """Send a link to the new address; the old one stays in use until the link is followed.

    A second wish replaces the first. Raises Invalid for what is no address, Conflict for the
    person's own and for one that has an account.
    """
    wanted = clean_email(email)
    if wanted == user.email:
        raise Conflict(_("This is your address already."), code="same")
    if _is_taken(wanted, user):
        raise _taken()
    change, _is_new = EmailChange.objects.update_or_create(
        user=user, defaults={"email": wanted, "asked_at": timezone.now()}
    )
    send_link(change, request)
    return change


def send_link(change: EmailChange, request: HttpRequest) -> None:
    token = signing.dumps([str(change.user_id), change.email], salt=SALT)
    address = settings.SITE_URL + reverse("account_email_confirm_change", args=[token])
    get_adapter().send_mail("account/email/email_change", change.email, {"change_url": address})


def cancel_change(user: User) -> None:
    EmailChange.objects.filter(user=user).delete()


def change_for(token: str) -> EmailChange | None:
    """Return the change a link was made for: not forged, younger than a day, still wanted."""
    try:
        user_id, email = signing.loads(token, salt=SALT, max_age=LINK_LIVES)
    except signing.BadSignature:
        return None
    return EmailChange.objects.filter(user_id=user_id, email=email, user__is_active=True).first()


def confirm_change(change: EmailChange) -> User:
    """Put the new address in the old one's place and tell the old one.

    Raises Conflict when the address became someone else's meanwhile.
    """
    try:
        with transaction.atomic():
            user, old = _take_over(change)
    except IntegrityError as error:
        raise _taken() from error
    told = {"from_email": old, "to_email": user.email}
    get_adapter().send_notification_mail("account/email/email_changed", user, told, email=old)
    return user


def _take_over(change: EmailChange) -> tuple[User, str]:
    user = User.objects.select_for_update().get(pk=change.user_id)
    old, user.email, user.is_verified = user.email, change.email, True
    user.save(update_fields=["email", "is_verified"])
    EmailAddress.objects.filter(user=user).exclude(email=user.email).delete()
    keep_address(user)
    change.delete()
    return user, old


def _is_taken(email: str, user: User) -> bool:
    others = EmailAddress.objects.filter(email=email, verified=True).exclude(user=user)
    return User.objects.filter(email=email).exists() or others.exists()


def _taken() -> Conflict:
    return Conflict(_("There is already an account with this e-mail."), code="taken")
