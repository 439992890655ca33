"""Where the sign-in library meets our user."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context as current
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.contrib.sites.shortcuts import get_current_site
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from accounts import limits
from accounts.models import User
from nexus.lib.addresses import client_ip
from nexus.lib.effects import after_commit

LETTER_SENT = "account/messages/email_confirmation_sent.txt"
# In the session of a visitor who has shown a password, and has a second step before her.
FIRST_STEP = "first_step"


class AccountAdapter(DefaultAccountAdapter):
    """Our sign-up form, our way of knowing an address, and mail that nobody waits for."""

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        user.username = form.cleaned_data["pen_name"]
        if zone := form.cleaned_data["time_zone"]:
            user.time_zone, user.has_chosen_time_zone = zone, True
        saved: User = super().save_user(request, user, form, commit=commit)
        return saved

    def get_email_confirmation_url(self, request: HttpRequest, confirmation: Any) -> str:
        """Write our own address into the letter, whatever the request called us."""
        return settings.SITE_URL + reverse("account_confirm_email", args=[confirmation.key])

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Ask nothing again of who has just signed in."""
        if not super().is_reauthentication_required(app=app, **kwargs):
            return False
        records = get_authentication_records(current.request, current.request.user)
        last = records[-1]["at"] if records else 0
        return bool(time.time() - last >= settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """Return whose password this is, or None; raise TooMany before it is even hashed.

        A right password costs nothing, neither does one that nobody came to check.
        """
        attempt = limits.attempt_login(request, str(credentials.get("email", "")))
        is_failure = False
        try:
            user = super().authenticate(request, **credentials)
            is_failure = user is None
        finally:
            if not is_failure:
                attempt.give_back()
        return user

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Lead back to the security page: the form again, empty, looks as if nothing was kept."""
        return reverse("accounts:security")

    def pre_login(self, request: HttpRequest, user: Any, **options: Any) -> Any:
        """Note which password the first step was taken with."""
        request.session[FIRST_STEP] = user.get_session_auth_hash()
        return super().pre_login(request, user, **options)

    def login(self, request: HttpRequest, user: Any) -> None:
        """Sign in, unless the password changed or the account was closed between the two steps."""
        first = request.session.pop(FIRST_STEP, "")
        if not user.is_active or not constant_time_compare(first, user.get_session_auth_hash()):
            raise ImmediateHttpResponse(redirect("account_login"))
        super().login(request, user)

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
        """Promise no letter where mail only goes to the log; tell programs in the answer only."""
        if message_template == LETTER_SENT and not settings.EMAIL_HOST:
            return
        if request.path.startswith("/api/"):
            return
        super().add_message(request, level, message_template, *args, **options)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send in the background: a mail server that is slow or away must not break sign-up.

        It also keeps the time of an answer from telling whether an account exists.
        """
        if not limits.may_write_to(email):
            return
        request = current.request
        known = {"request": request, "email": email, "current_site": get_current_site(request)}
        after_commit(self.render_mail(template_prefix, email, known | context).send)
