"""Addresses of accounts below `/api/v1/`."""

from accounts import viewsets
from nexus.lib.routes import route

urlpatterns = [
    route("auth/register", viewsets.RegisterView.as_view(), name="auth-register"),
    route("auth/login", viewsets.LoginView.as_view(), name="auth-login"),
    route("auth/logout", viewsets.LogoutView.as_view(), name="auth-logout"),
    route("auth/me", viewsets.MeView.as_view(), name="auth-me"),
]
