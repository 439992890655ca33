"""What an address may ask of a list of the admin."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest


class OwnFiltersOnly:
    """A list that is narrowed by its own filters, columns of its own table, and by nothing else.

    Any other condition would answer questions, letter by letter, about what no page shows: a
    password through its owner, or a session's key, which Django allows as the key of a related row
    and which is the cookie itself. Put before ModelAdmin.
    """

    list_filter: ClassVar[Any]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        columns = {one if isinstance(one, str) else one[0] for one in self.list_filter}
        return lookup.partition("__")[0] in columns
