"""Where the sign-in library meets our user."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as current
from django.conf import settings
from django.contrib.sites.shortcuts import get_current_site
from django.http import HttpRequest

from accounts.models import User
from nexus.lib.addresses import client_ip
from nexus.lib.effects import after_commit

LETTER_SENT = "account/messages/email_confirmation_sent.txt"


class AccountAdapter(DefaultAccountAdapter):
    """Our sign-up form, our way of knowing an address, and mail that nobody waits for."""

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        user.username = form.cleaned_data["pen_name"]
        user.time_zone = form.cleaned_data["time_zone"]
        saved: User = super().save_user(request, user, form, commit=commit)
        return saved

    def clean_email(self, email: str) -> str:
        return str(super().clean_email(email)).lower()

    def get_client_ip(self, request: HttpRequest) -> str:
        """The limits count by it; behind a socket without an address all visitors share one."""
        return client_ip(request) or "unknown"

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        *args: Any,
        **options: Any,
    ) -> None:
        """Promise no letter where mail only goes to the log."""
        if message_template == LETTER_SENT and not settings.EMAIL_HOST:
            return
        super().add_message(request, level, message_template, *args, **options)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send in the background: a mail server that is slow or away must not break sign-up.

        It also keeps the time of an answer from telling whether an account exists.
        """
        request = current.request
        known = {"request": request, "email": email, "current_site": get_current_site(request)}
        after_commit(self.render_mail(template_prefix, email, known | context).send)
