"""The pages of personal API tokens. A secret is on the page that made it, and nowhere else."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from accounts import api_tokens
from accounts.forms.tokens import TokenForm
from accounts.models import ApiToken
from nexus.lib.errors import Conflict


@login_required
@never_cache
@sensitive_variables("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """List the tokens and make new ones; a new one is answered here, not after a redirect."""
    form = TokenForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _show(request, form, status=422 if form.is_bound else 200)
    try:
        token, secret = api_tokens.create(request.user, **form.cleaned_data)  # type: ignore[arg-type]
    except Conflict as refused:
        form.add_error(None, refused.detail)
        return _show(request, form, status=409)
    return _show(request, TokenForm(), new_token=token, secret=secret)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, token_id: UUID) -> HttpResponse:
    """Ask once more, then revoke."""
    own = ApiToken.objects.visible_to(request.user)  # type: ignore[arg-type]
    token = get_object_or_404(own, pk=token_id)
    if request.method != "POST":
        return render(request, "accounts/token_revoke.html", {"token": _row(token)})
    api_tokens.revoke(token)
    messages.success(request, _("“%(name)s” is revoked.") % {"name": token.name})
    return redirect("accounts:tokens")


def _show(
    request: HttpRequest,
    form: TokenForm,
    *,
    status: int = 200,
    new_token: ApiToken | None = None,
    secret: str = "",
) -> HttpResponse:
    rows = ApiToken.objects.visible_to(request.user)  # type: ignore[arg-type]
    context = {
        "form": form,
        "tokens": [_row(token) for token in rows],
        "new_token": new_token,
        "secret": secret,
    }
    return render(request, "accounts/tokens.html", context, status=status)


def _row(token: ApiToken) -> dict[str, object]:
    """Return a token as the pages show it."""
    return {
        "id": token.pk,
        "name": token.name,
        "hint": token.hint,
        "powers": [ApiToken.Scope(scope).label for scope in token.scopes],
        "created_at": token.created_at,
        "last_used_at": token.last_used_at,
        "expires_at": token.expires_at,
        "is_expired": token.expires_at is not None and token.expires_at <= timezone.now(),
    }
