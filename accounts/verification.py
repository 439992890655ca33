"""Confirming an e-mail: by the link of a letter, or by its token through the API."""

from __future__ import annotations

from allauth.account import app_settings
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.models import User
from nexus.lib.errors import DomainError

MANDATORY = "mandatory"


class BadToken(DomainError):
    """The token was never one of ours, was used already, or is older than 24 hours."""

    status, code = 400, "bad_token"


def is_mandatory() -> bool:
    """Say whether nobody signs in before her e-mail is confirmed; then only mail has the token."""
    return bool(app_settings.EMAIL_VERIFICATION == MANDATORY)


def send_letter(user: User, request: HttpRequest, *, is_new: bool = False) -> str:
    """Write to the user's own address; return the token of the letter."""
    address = EmailAddress.objects.get(user=user, primary=True)
    return str(address.send_confirmation(request, signup=is_new).key)


def send_letter_again(email: str, request: HttpRequest) -> None:
    """Write once more to an address that waits to be confirmed; silent about any other."""
    address = EmailAddress.objects.filter(email=email.strip().lower(), verified=False).first()
    if address is not None and address.user.is_active:
        address.send_confirmation(request)


@transaction.atomic
def verify(token: str, request: HttpRequest) -> EmailAddress:
    """Confirm the address a token was made for; raise BadToken. A token works once."""
    confirmation = EmailConfirmationHMAC.from_key(token)
    if confirmation is None:
        raise _bad_token()
    # Of two that come at once, the second finds the address confirmed.
    waiting = EmailAddress.objects.select_for_update().filter(verified=False)
    address = waiting.filter(pk=confirmation.email_address.pk).first()
    if address is None or EmailConfirmationHMAC(address).confirm(request) is None:
        raise _bad_token()
    return address


def _bad_token() -> BadToken:
    return BadToken(_("This token is not one of ours, was used already, or is too old."))
