"""Addresses of accounts below `/api/v1/`.

`auth/me` stands in `nexus.account_data`: ending an account concerns every app.
"""

from accounts.viewsets import (
    auth,
    google,
    journal_key,
    passwords,
    preferences,
    registration,
    sessions,
    tokens,
)
from nexus.lib.routes import route

urlpatterns = [
    route("auth/register", registration.RegisterView.as_view(), name="auth-register"),
    route("auth/verify", registration.VerifyView.as_view(), name="auth-verify"),
    route("auth/login", auth.LoginView.as_view(), name="auth-login"),
    route("auth/google/callback", google.GoogleView.as_view(), name="auth-google"),
    route("auth/refresh", auth.RefreshView.as_view(), name="auth-refresh"),
    route("auth/logout", auth.LogoutView.as_view(), name="auth-logout"),
    route("auth/.well-known/jwks.json", auth.JwksView.as_view(), name="auth-jwks"),
    route("auth/journal-key", journal_key.JournalKeyView.as_view(), name="auth-journal-key"),
    route("auth/me/preferences", preferences.PreferencesView.as_view(), name="auth-preferences"),
    route(
        "auth/password/change", passwords.PasswordChangeView.as_view(), name="auth-password-change"
    ),
    route("auth/password/reset", passwords.PasswordResetView.as_view(), name="auth-password-reset"),
    route(
        "auth/password/reset/confirm",
        passwords.PasswordResetConfirmView.as_view(),
        name="auth-password-reset-confirm",
    ),
    route("auth/sessions", sessions.SessionsView.as_view(), name="auth-sessions"),
    route("auth/sessions/end-others", sessions.EndOthersView.as_view(), name="auth-end-others"),
    route("auth/sessions/<session_id>", sessions.SessionView.as_view(), name="auth-session"),
    route("auth/tokens", tokens.TokensView.as_view(), name="auth-tokens"),
    route("auth/tokens/<token_id>", tokens.TokenView.as_view(), name="auth-token"),
]
