"""Turns a broken database constraint into a refusal that people understand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction

from nexus.lib.errors import DomainError


@contextmanager
def refusing(constraint: str, refusal: DomainError) -> Iterator[None]:
    """Raise `refusal` when the block breaks `constraint`; the transaction around it lives on."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        if getattr(diagnosis, "constraint_name", None) != constraint:
            raise
        raise refusal from error
