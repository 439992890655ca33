"""Serializer fields that take a JSON type for what it is.

REST framework's own turn `true` into 1 and 5 into "5"; a contract that says integer means one.
"""

from __future__ import annotations

import unicodedata
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from nexus.lib.errors import Invalid
from nexus.lib.names import MAX_LENGTH, clean_title


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


class StrictChoiceField(serializers.ChoiceField):
    """One of the choices as it is written; a string is no number."""

    def to_internal_value(self, data: Any) -> Any:
        if type(data) not in {str, int} or data not in self.choices:
            self.fail("invalid_choice", input=data)
        return data


class StrictCharField(serializers.CharField):
    """A JSON string without NUL or lone surrogates, in NFC."""

    default_error_messages = {
        "unstorable": _("Please leave out characters that cannot be stored."),
        "max_length": _("Please keep it to {max_length} characters."),
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


class TitleField(StrictCharField):
    """A title by the rule of `nexus.lib.names`, so that its faults are faults of shape."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": MAX_LENGTH} | options)

    def to_internal_value(self, data: Any) -> str:
        title = super().to_internal_value(data)
        try:
            return clean_title(title, max_length=self.max_length or MAX_LENGTH)
        except Invalid as error:
            raise serializers.ValidationError(error.detail, code=error.code) from error


class ProseField(serializers.CharField):
    """Text that is cleaned, never refused: only its JSON type and length are checked."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"allow_blank": True, "trim_whitespace": False} | options)
        # The parent's validators read every character and refuse NUL.
        self.validators = []

    def run_validation(self, data: Any = serializers.empty) -> Any:
        is_empty, value = self.validate_empty_values(data)
        if is_empty:
            return value
        text = self.to_internal_value(value)
        if self.max_length is not None and len(text) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        return text

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return data
