"""Addresses of the doors, before the sign-in library's own of the same names."""

from django.urls import path, re_path

from accounts.views import doors, strength

urlpatterns = [
    path("login/", doors.LoginView.as_view(), name="account_login"),
    path("logout/", doors.LogoutView.as_view(), name="account_logout"),
    path("signup/", doors.SignupView.as_view(), name="account_signup"),
    path("password/reset/", doors.PasswordResetView.as_view(), name="account_reset_password"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        doors.PasswordResetFromKeyView.as_view(),
        name="account_reset_password_from_key",
    ),
    path("password/strength/", strength.password_strength, name="password_strength"),
    path("confirm-email/", doors.letter, name="account_email_verification_sent"),
    re_path(
        r"^confirm-email/(?P<key>[-:\w]+)/$",
        doors.ConfirmEmailView.as_view(),
        name="account_confirm_email",
    ),
]
