"""A new e-mail address: asked for, confirmed by its own link, and only then used."""

from __future__ import annotations

from allauth.account.internal.flows.email_verification import send_verification_email_to_address
from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import clean_email
from nexus.lib.errors import Conflict


def current_address(user: User) -> EmailAddress:
    """Return the sign-in library's record of the address in use; a lost one is made again."""
    address, _is_new = EmailAddress.objects.get_or_create(
        user=user, email=user.email, defaults={"primary": True, "verified": user.is_verified}
    )
    return address


def pending_address(user: User) -> EmailAddress | None:
    """Return the address that waits for its link, if there is one."""
    waiting = EmailAddress.objects.filter(user=user, verified=False).exclude(email=user.email)
    return waiting.order_by("pk").last()


@transaction.atomic
def begin_change(user: User, *, email: str, request: HttpRequest) -> EmailAddress:
    """Send a link to the new address; the old one stays in use until the link is followed.

    Raises Invalid for what is no address, Conflict for one that has an account already.
    """
    wanted = clean_email(email)
    if wanted == user.email:
        raise Conflict(_("This is your address already."), code="same")
    if User.objects.filter(email=wanted).exists():
        raise _taken()
    cancel_change(user)
    address = EmailAddress.objects.create(user=user, email=wanted, primary=False, verified=False)
    send_verification_email_to_address(request, address)
    return address


def cancel_change(user: User) -> None:
    EmailAddress.objects.filter(user=user, verified=False).exclude(email=user.email).delete()


def confirm_address(address: EmailAddress) -> str:
    """Note that the address is the person's, put a new one in the old one's place, return the old.

    Raises Conflict when the address became someone else's meanwhile.
    """
    try:
        with transaction.atomic():
            return _take_over(address)
    except IntegrityError as error:
        raise _taken() from error


def _take_over(address: EmailAddress) -> str:
    user = User.objects.select_for_update().get(pk=address.user_id)
    old = user.email
    if address.email != old:
        EmailAddress.objects.filter(user=user).exclude(pk=address.pk).delete()
    user.email, user.is_verified = address.email, True
    user.save(update_fields=["email", "is_verified"])
    address.primary = address.verified = True
    address.save(update_fields=["primary", "verified"])
    address.user = user
    return old


def _taken() -> Conflict:
    return Conflict(_("There is already an account with this e-mail."), code="taken")
