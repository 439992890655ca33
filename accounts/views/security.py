"""What guards the account: password, e-mail, second step; and the change of the address."""

from __future__ import annotations

from typing import cast

from allauth.account.decorators import reauthentication_required
from allauth.account.models import EmailAddress
from allauth.mfa.webauthn.views import login_webauthn
from allauth.socialaccount.adapter import get_adapter as get_social_adapter
from allauth.socialaccount.models import SocialAccount
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import email_change as changes
from accounts import limits, mfa
from accounts.forms.email import EmailChangeForm
from accounts.models import User
from accounts.services import keep_address
from nexus.lib.errors import Conflict, DomainError

GOOGLE = "google"


@login_required
@require_safe
def security(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    context = {
        "steps": mfa.second_steps(user),
        "is_second_step_missing": mfa.is_missing(user),
        "has_password": user.has_usable_password(),
        "pending": changes.pending_change(user),
        "is_google_offered": bool(get_social_adapter().list_apps(request, provider=GOOGLE)),
        "google": SocialAccount.objects.filter(user=user, provider=GOOGLE).first(),
    }
    return render(request, "accounts/security.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def email_change(request: HttpRequest) -> HttpResponse:
    """Ask for another address, have a link sent again, or call the change off."""
    user = cast(User, request.user)
    form = EmailChangeForm(request.POST if "email" in request.POST else None)
    if request.method == "POST":
        try:
            if _act(request, user, form):
                return redirect("account_email")
        except DomainError as refusal:
            form.add_error("email", refusal.detail)
    context = {"form": form, "pending": changes.pending_change(user)}
    status = 422 if request.method == "POST" else 200
    return render(request, "account/email_change.html", context, status=status)


def _act(request: HttpRequest, user: User, form: EmailChangeForm) -> bool:
    """Do what the pressed button asks for; say whether there was anything to do."""
    if "action_cancel" in request.POST:
        changes.cancel_change(user)
        messages.success(request, _("Your address stays as it is."))
        return True
    if "action_send" in request.POST:
        limits.email_change(user)
        _send_again(request, user)
        return True
    if form.is_valid():
        limits.email_change(user)
        changes.begin_change(user, email=form.cleaned_data["email"], request=request)
        return True
    return False


def _send_again(request: HttpRequest, user: User) -> None:
    if change := changes.pending_change(user):
        changes.send_link(change, request)
    elif not user.is_verified:
        keep_address(user)
        EmailAddress.objects.get(user=user, primary=True).send_confirmation(request)


def passkey_login(request: HttpRequest) -> HttpResponse:
    """The library's door for passkeys, counted by our limits: each question makes a session."""
    limits.passkey(request)
    return cast(HttpResponse, login_webauthn(request))


@require_http_methods(["GET", "HEAD", "POST"])
def confirm_change(request: HttpRequest, token: str) -> HttpResponse:
    """Looking at the link changes nothing: programs that read the post open links too."""
    change = changes.change_for(token)
    if request.method == "POST" and change is not None:
        try:
            user = changes.confirm_change(change)
        except Conflict as refusal:
            messages.error(request, refusal.detail)
        else:
            words = _("From now on you sign in with %(email)s.") % {"email": user.email}
            messages.success(request, words)
        return redirect("accounts:security")
    context = {"change": change}
    status = 200 if change else 404
    return render(request, "account/email_change_confirm.html", context, status=status)
