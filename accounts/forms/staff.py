"""The forms of the admin."""

from __future__ import annotations

from django.contrib.auth.forms import BaseUserCreationForm, UserChangeForm

from accounts.forms.sign_in import clean_pen_name
from accounts.models import User


class StaffUserCreationForm(BaseUserCreationForm):
    """Staff make an account: two writers may share a pen name, not an address."""

    class Meta:
        model = User
        fields = ("email", "username")

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def clean_username(self) -> str:
        return clean_pen_name(self.cleaned_data["username"])


class StaffUserChangeForm(UserChangeForm):
    class Meta:
        model = User
        fields = "__all__"

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()
