"""Answers to what the sign-in library says has happened."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import (
    email_confirmed,
    password_changed,
    password_reset,
    password_set,
)
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from accounts import mfa, new_devices, passwords, sessions
from accounts.models import User
from nexus.lib.effects import after_commit


@receiver(email_confirmed)
def mark_verified(sender: type, email_address: Any, **kwargs: Any) -> None:
    User.objects.filter(pk=email_address.user_id, email__iexact=email_address.email).update(
        is_verified=True
    )


@receiver(authenticator_added)
def use_up_first_code(sender: type, authenticator: Authenticator, **kwargs: Any) -> None:
    """The code that set an app up does not sign in as well."""
    if authenticator.type == Authenticator.Type.TOTP:
        mfa.remember_step(authenticator, mfa.step_of(timezone.now()))


@receiver([password_changed, password_set])
def end_other_sessions(sender: type, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """The pages of the library keep the session that asks; whoever else is signed in must go."""
    passwords.keep_only(request, user)


@receiver(password_reset)
def end_all_sessions(sender: type, request: HttpRequest, user: User, **kwargs: Any) -> None:
    if request.user == user:
        request.session.flush()
    sessions.end_all(user)


@receiver(user_logged_in)
def look_at_the_device(sender: type, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Whether it is a new one is found out in the background: nobody waits for it."""
    store = request.session
    if isinstance(store, sessions.SessionStore) and store.client != sessions.Client():
        after_commit(new_devices.tell_of_new_device, user.pk, store.client, store.born_at)
