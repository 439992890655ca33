"""The forms of the admin."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.forms import BaseUserCreationForm, UserChangeForm

from accounts import roles
from accounts.forms.sign_in import clean_pen_name
from accounts.models import User
from nexus.lib.errors import DomainError


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
    """An administrator changes an account; the admin says who is `by`."""

    by: ClassVar[User]

    class Meta:
        model = User
        fields = "__all__"

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        try:
            if values.get("role", User.Role.ADMIN) != User.Role.ADMIN:
                roles.refuse_last_administrator(self.instance)
        except DomainError as refusal:
            self.add_error("role", refusal.detail)
        try:
            if not values.get("is_active", True) and self.instance.is_active:
                roles.refuse_disabling(self.instance, by=self.by)
        except DomainError as refusal:
            self.add_error("is_active", refusal.detail)
        return values

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()
