"""Markup that is the same again and again: its template is rendered once and kept.

What is the same for everybody is kept whole, in each language. What is needed hundreds of times
with other values is kept as a mould, with holes: a template's own loop looks at every one of its
tags for every row; a mould is filled by Python's `%`. A mould's markup has no `%` of its own, and
what is poured in is safe already.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from functools import lru_cache, wraps
from typing import ParamSpec

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import get_script_prefix
from django.utils.safestring import SafeString
from django.utils.translation import get_language

P = ParamSpec("P")
# More than there are fixed parts, each with the few values it is asked with.
KEPT = 1000
register = template.Library()


def once_per_language(make: Callable[P, SafeString]) -> Callable[P, SafeString]:
    """Keep what `make` returns for each of its arguments, which are few, in each language.

    It must depend on nothing else: never on a person, a request or a time. Under DEBUG it is made
    anew each time, so that a template's change is seen.
    """

    @lru_cache(KEPT)
    def kept(_language: str | None, _prefix: str, args: tuple, kwargs: tuple) -> SafeString:
        return make(*args, **dict(kwargs))

    @wraps(make)
    def made(*args: P.args, **kwargs: P.kwargs) -> SafeString:
        if settings.DEBUG:
            return make(*args, **kwargs)
        return kept(get_language(), get_script_prefix(), args, tuple(kwargs.items()))

    return made


@register.simple_tag(name="fixed")
@once_per_language
def fixed(name: str, **values: Hashable) -> SafeString:
    """`{% fixed "a.html" x=y %}` includes a template that knows only these values: no request, no
    user, no message, so nothing of one person can be kept for another.
    """
    return render_to_string(name, values)


def holes(names: Iterable[str]) -> dict[str, str]:
    """Return `%(name)s` for each name, which no template escapes."""
    return {name: SafeString(f"%({name})s") for name in names}
