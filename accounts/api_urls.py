from django.urls import re_path

from accounts import viewsets

urlpatterns = [
    re_path(r"^auth/register/?$", viewsets.RegisterView.as_view(), name="auth-register"),
    re_path(r"^auth/login/?$", viewsets.LoginView.as_view(), name="auth-login"),
    re_path(r"^auth/logout/?$", viewsets.LogoutView.as_view(), name="auth-logout"),
    re_path(r"^auth/me/?$", viewsets.MeView.as_view(), name="auth-me"),
]
