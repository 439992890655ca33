"""Keeps `User.is_verified` in step with the sign-in library's own record."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import email_confirmed
from django.dispatch import receiver

from accounts.models import User


@receiver(email_confirmed)
def mark_verified(sender: type, email_address: Any, **kwargs: Any) -> None:
    User.objects.filter(pk=email_address.user_id, email__iexact=email_address.email).update(
        is_verified=True
    )
