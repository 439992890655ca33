"""New passwords: changed by who knows the old one, or chosen anew from a mailed link.

A changed password ends the person's other sessions; a reset one ends them all.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import limits
from accounts.models import Session, User
from accounts.services import check_strength
from accounts.sessions import end_all, end_others, public_id_of
from nexus.lib.effects import after_commit
from nexus.lib.errors import DomainError, Invalid


def change_password(request: HttpRequest, *, current: str, new: str) -> None:
    """Change the asking person's password; this session goes on under a new key, alone.

    Raises Invalid for a wrong or a weak password, TooMany after ten tries in a minute.
    """
    user: Any = request.user
    limits.password_change(user)
    if not user.check_password(current):
        message = _("This is not your password.")
        raise Invalid.field("current_password", message, code="wrong_password")
    check_strength(new, user, field="new_password")
    # Hashed before the transaction: whoever waits for that must not hold a connection meanwhile.
    user.set_password(new)
    with transaction.atomic():
        user.save(update_fields=["password"])
        update_session_auth_hash(request, user)
        request.session.save()
        keep_only(request, user)
    get_adapter(request).send_notification_mail("account/email/password_changed", user)


def keep_only(request: HttpRequest, user: User) -> None:
    """End every session of the person but the one that asks, and its chain of refresh tokens.

    Whoever copied a token of it would otherwise hold on to it through the change.
    """
    end_others(user, but=public_id_of(request))
    Session.objects.filter(public_id=public_id_of(request)).update(refresh_secret="")


# --- A forgotten password -------------------------------------------------------------


def request_reset(email: str) -> None:
    """Mail a link to whoever has this address, or word that nobody has.

    All of it happens in the background, so that neither the answer nor its time tells which.
    """
    after_commit(_mail_reset, email)


def _mail_reset(email: str) -> None:
    address = email.strip().lower()
    user = User.objects.filter(email__iexact=address, is_active=True).first()
    if user is None:
        signup_url = settings.SITE_URL + reverse("account_signup")
        _send("account/email/unknown_account", address, {"signup_url": signup_url})
        return
    link = f"{reverse('account_reset_password')}key/{reset_key(user)}/"
    context = {"user": user, "password_reset_url": settings.SITE_URL + link}
    _send("account/email/password_reset_key", user.email, context)


def _send(template: str, email: str, context: dict[str, Any]) -> None:
    get_adapter().render_mail(template, email, context).send()


def reset_key(user: User) -> str:
    """Return what the link holds and the API takes: it works once, and for a day."""
    return f"{user.pk.hex}-{default_token_generator.make_token(user)}"


def reset_password(request: HttpRequest, *, key: str, password: str) -> None:
    """Set the password of whom the key was mailed to, and sign them out everywhere.

    Raises Invalid for a weak password, else DomainError (400) for a key that is unknown, used up
    or too old.
    """
    with transaction.atomic():
        check_strength(password, _user_of_key(key))
    # Outside the transactions: whoever waits for a hash must not hold a connection meanwhile.
    hashed = make_password(password)
    with transaction.atomic():
        user = _user_of_key(key)
        user.password = hashed
        user.save(update_fields=["password"])
        end_all(user)
    get_adapter(request).send_notification_mail("account/email/password_reset", user)


def _user_of_key(key: str) -> User:
    """Return the person, whose row is locked: of two who bring the same key, one is too late."""
    raw_id, _dash, token = key.partition("-")
    user = find_for_reset(raw_id, rows=User.objects.select_for_update())
    if user is None or not default_token_generator.check_token(user, token):
        message = _("This link does not work, or not any more. Please ask for a new one.")
        raise DomainError(message, code="invalid_token")
    return user


def find_for_reset(raw_id: str, *, rows: QuerySet[User]) -> User | None:
    """Return the person a link names, unless they were disabled meanwhile."""
    try:
        return rows.filter(pk=UUID(raw_id), is_active=True).first()
    except ValueError:
        return None
