"""Whose account a Google identity means: one rule for the pages and the API."""

from __future__ import annotations

from dataclasses import asdict
from urllib.parse import urlsplit

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.forms.sign_in import PEN_NAME_LENGTH
from accounts.google.identity import Identity, Refused
from accounts.models import User
from accounts.services import keep_address
from nexus.lib.errors import Invalid
from nexus.lib.names import clean_title

PROVIDER = "google"
PORTRAIT_LENGTH = 500


def person_for(identity: Identity) -> User:
    """Return whose identity it is, disabled people included; a new one gets an account.

    The first time, an account with the same e-mail is joined only when Google has verified the
    address and so have we: either alone could hand it to somebody else. Otherwise raises Refused.
    """
    user = _known(identity)
    if user is not None:
        return user
    try:
        with transaction.atomic():
            return _join(identity) or _make(identity)
    except (IntegrityError, Refused) as error:
        # A parallel sign-in of the same person may have been first.
        user = _known(identity)
        if user is None:
            raise _taken() from error
        return user


def connected_account(user: User) -> SocialAccount | None:
    """Return the person's connected Google account."""
    return SocialAccount.objects.filter(user=user, provider=PROVIDER).first()


def _known(identity: Identity) -> User | None:
    found = SocialAccount.objects.select_related("user").filter(provider=PROVIDER, uid=identity.sub)
    account = found.first()
    if account is None:
        return None
    account.extra_data = asdict(identity)
    account.save(update_fields=["extra_data", "last_login"])
    return account.user


def _join(identity: Identity) -> User | None:
    user = User.objects.select_for_update().filter(email__iexact=identity.email).first()
    claims = EmailAddress.objects.filter(email__iexact=identity.email, verified=True)
    if user is None:
        if claims.exists():
            raise _taken()
        return None
    # Another identity with the same address: a company gave it to somebody new.
    has_another = connected_account(user) is not None
    if not (identity.email_verified and user.is_verified and user.is_active) or has_another:
        raise _taken()
    _connect(user, identity)
    # She may not be the one who is at the door: her second step is still to come.
    get_adapter().send_notification_mail("socialaccount/email/account_connected", user)
    return user


def _make(identity: Identity) -> User:
    user = User(
        email=identity.email,
        username=_pen_name(identity),
        profile_img=_portrait(identity.picture),
        is_verified=identity.email_verified,
    )
    user.set_unusable_password()
    user.save()
    keep_address(user)
    _connect(user, identity)
    return user


def _connect(user: User, identity: Identity) -> None:
    data = asdict(identity)
    SocialAccount.objects.create(user=user, provider=PROVIDER, uid=identity.sub, extra_data=data)


def _pen_name(identity: Identity) -> str:
    try:
        return clean_title(identity.name[:PEN_NAME_LENGTH], max_length=PEN_NAME_LENGTH)
    except Invalid:
        return identity.email.partition("@")[0][:PEN_NAME_LENGTH]


def _portrait(address: str) -> str:
    """Return the address of a picture, or nothing: another scheme may be code."""
    try:
        is_web = urlsplit(address).scheme in {"http", "https"}
    except ValueError:
        is_web = False
    return address if is_web and len(address) <= PORTRAIT_LENGTH else ""


def _taken() -> Refused:
    message = _(
        "There is already an account with this e-mail. Please sign in with your password, then"
        " connect Google in your settings."
    )
    return Refused(message, code="account_exists")
