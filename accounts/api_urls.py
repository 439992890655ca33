"""Addresses of accounts below `/api/v1/`."""

from accounts.viewsets import auth, me
from nexus.lib.routes import route

urlpatterns = [
    route("auth/register", auth.RegisterView.as_view(), name="auth-register"),
    route("auth/login", auth.LoginView.as_view(), name="auth-login"),
    route("auth/logout", auth.LogoutView.as_view(), name="auth-logout"),
    route("auth/me", me.MeView.as_view(), name="auth-me"),
]
