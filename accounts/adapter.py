"""Where the sign-in library meets our user."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from accounts.models import User


class AccountAdapter(DefaultAccountAdapter):
    """Fills in what our sign-up form asks beyond e-mail and password."""

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        user.username = form.cleaned_data["pen_name"]
        user.time_zone = form.cleaned_data["time_zone"]
        saved: User = super().save_user(request, user, form, commit=commit)
        return saved

    def clean_email(self, email: str) -> str:
        return str(super().clean_email(email)).lower()
