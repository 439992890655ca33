"""Markup that is needed hundreds of times: its template is rendered once, with holes for values.

A template's own loop looks at every one of its tags for every row; a mould is looked at once, and
filled by Python's `%`. Its markup has no `%` of its own, and what is poured in is safe already.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.safestring import SafeString


def holes(names: Iterable[str]) -> dict[str, str]:
    """Return `%(name)s` for each name, which no template escapes."""
    return {name: SafeString(f"%({name})s") for name in names}
