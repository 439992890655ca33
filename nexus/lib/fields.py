"""Serializer fields that take a JSON type for what it is.

REST framework's own turn `true` into 1 and 5 into "5"; a contract that says integer means one.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers


class StrictIntegerField(serializers.IntegerField):
    """A JSON number without a fraction; no boolean, no string."""

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            self.fail("invalid")
        # Not through text, as the parent does: the digits of a huge number are refused there.
        return data


class StrictBooleanField(serializers.BooleanField):
    """`true` or `false`; no 0, no "yes"."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=type(data).__name__)
        return data


class StrictCharField(serializers.CharField):
    """A JSON string without NUL or lone surrogates, in NFC."""

    default_error_messages = {
        "unstorable": _("Please leave out characters that cannot be stored."),
    }

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if isinstance(data, str):
            if any(char == "\0" or "\ud800" <= char <= "\udfff" for char in data):
                self.fail("unstorable")
            data = unicodedata.normalize("NFC", data)
        return super().run_validation(data)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class ProseField(serializers.CharField):
    """Text that is cleaned, never refused: only the JSON type is checked."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"allow_blank": True, "trim_whitespace": False} | options)
        # The default validators read every character and refuse NUL.
        self.validators = []

    def run_validation(self, data: Any = serializers.empty) -> Any:
        is_empty, value = self.validate_empty_values(data)
        return value if is_empty else self.to_internal_value(value)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return data


class UTCDateTimeField(serializers.DateTimeField):
    """An instant; without an offset it is read as UTC."""

    def to_internal_value(self, value: Any) -> datetime:
        if not isinstance(value, str):
            self.fail("invalid", format="ISO 8601")
        return super().to_internal_value(value)
