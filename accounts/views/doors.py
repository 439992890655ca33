"""The doors: the sign-in library's pages, with limits that answer on the page itself."""

from __future__ import annotations

from typing import Any

from allauth.account import views as library
from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import limits, passwords, verification
from accounts.token_cookies import clear_cookies
from nexus.lib.errors import Busy, DomainError, TooMany
from nexus.lib.problems import headers_of


class Door:
    """A form that is shown again, with a sentence and the status, when it must wait."""

    request: HttpRequest

    def spend(self) -> None:
        """Use one try of this page; raise TooMany."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            self.spend()
            return super().post(request, *args, **kwargs)  # type: ignore[misc]
        except (TooMany, Busy) as refusal:
            return self.refuse(refusal)

    def refuse(self, refusal: DomainError) -> HttpResponse:
        # A bound form would be checked once more, and checking is what must wait.
        options = self.get_form_kwargs()  # type: ignore[attr-defined]
        del options["data"], options["files"]
        typed = {name: self.request.POST[name] for name in self.request.POST}
        options["initial"] = {
            name: value for name, value in typed.items() if "password" not in name
        }
        form = self.get_form_class()(**options)  # type: ignore[attr-defined]
        context = self.get_context_data(form=form, refusal=refusal.detail)  # type: ignore[attr-defined]
        return self.render_to_response(  # type: ignore[attr-defined]
            context, status=refusal.status, headers=headers_of(refusal)
        )


class LoginView(Door, library.LoginView):
    """Its tries are counted where the password is checked, for the API alike."""


class LogoutView(library.LogoutView):
    """Takes back the tokens' cookies too: a browser may have signed in through the API."""

    def post(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        answer: HttpResponseBase = super().post(*args, **kwargs)
        clear_cookies(answer)
        return answer


class SignupView(Door, library.SignupView):
    def spend(self) -> None:
        limits.registration(self.request)


class PasswordResetView(Door, library.PasswordResetView):
    def spend(self) -> None:
        limits.password_reset(self.request)

    def form_valid(self, form: forms.Form) -> HttpResponse:
        passwords.request_reset(form.cleaned_data["email"])
        return redirect(self.get_success_url())


class PasswordResetFromKeyView(Door, library.PasswordResetFromKeyView):
    def spend(self) -> None:
        limits.password_reset(self.request)


class ConfirmEmailView(library.ConfirmEmailView):
    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        limits.verification(self.request)
        try:
            answer: HttpResponse = super().post(*args, **kwargs)
        except Http404:
            # Used or too old since the page was opened: the page says so, and what to do.
            self.object = None
            answer = self.render_to_response(self.get_context_data())
        return answer


class LetterForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def letter(request: HttpRequest) -> HttpResponse:
    """Say that a letter is on its way, and send another; the answer tells nothing of accounts."""
    form = LetterForm(request.POST or None)
    context: dict[str, Any] = {"form": form, "is_sent_again": False}
    if request.method != "POST":
        return render(request, "account/verification_sent.html", context)
    if not form.is_valid():
        return render(request, "account/verification_sent.html", context, status=422)
    try:
        limits.verification(request)
    except TooMany as refusal:
        context["refusal"] = refusal.detail
        page = render_to_string("account/verification_sent.html", context, request)
        return HttpResponse(page, status=refusal.status, headers=headers_of(refusal))
    verification.send_letter_again(form.cleaned_data["email"], request)
    return render(request, "account/verification_sent.html", context | {"is_sent_again": True})
