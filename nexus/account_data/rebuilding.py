"""One row of an archive made a row of an account: every value checked, every id a new one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db.models import (
    BooleanField,
    CharField,
    DateField,
    DecimalField,
    Field,
    FloatField,
    IntegerField,
    JSONField,
    Model,
    TextField,
    UUIDField,
)
from django.utils.timezone import is_naive
from django.utils.translation import gettext as _

from accounts.models import User
from nexus.account_data.comeback import Comeback
from nexus.account_data.refusal import ArchiveRefused
from nexus.account_data.sections import Section
from nexus.lib.errors import DomainError

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
CLOCKS_DIFFER = timedelta(days=1)
MOST_TEXT = 5 * 1024 * 1024
# What JSON has for each kind of column. A bool is no number, though Python says so.
SHAPES: dict[type[Field[Any, Any]], tuple[type, ...]] = {
    BooleanField: (bool,),
    IntegerField: (int,),
    FloatField: (int, float),
    ArrayField: (list,),
    JSONField: (list, dict),
    DecimalField: (str,),
    DateField: (str,),
    UUIDField: (str,),
    CharField: (str,),
    TextField: (str,),
}


def rebuild(section: Section, row: Mapping[str, Any], into: Comeback) -> Model | None:
    """Make a row of the archive a row of the account, not stored yet.

    None when it belongs to something that is not in the archive. Raises ArchiveRefused.
    """
    values = _values(section, row, into)
    if values is None:
        return None
    columns = section.model._meta.concrete_fields
    owners = {column.name: into.owner for column in columns if column.related_model is User}
    found = section.model(**values, **owners)
    if isinstance(found._meta.pk, UUIDField):
        into.name(found, row.get(found._meta.pk.attname))
    try:
        # References are right by making; what is omitted is derived in a moment. Blank is no fault
        # of a row, only of a form.
        settled = {c.name for c in columns if c.is_relation or not getattr(found, c.attname)}
        found.clean_fields(exclude=settled | section.omitted)
        section.mend(found, into)
    except ValidationError as error:
        raise ArchiveRefused(in_words(error)) from error
    except DomainError as refusal:
        raise ArchiveRefused(refusal.detail) from refusal
    return found


def in_words(error: ValidationError) -> str:
    """Return which columns are wrong, and how."""
    return "; ".join(
        f"{name}: {' '.join(error.message_dict[name])}" for name in sorted(error.message_dict)
    )


def value_of(column: Field[Any, Any], raw: object, *, at: datetime) -> Any:
    """Return what a column keeps of a JSON value; raise ArchiveRefused for what it never held."""
    if raw is None:
        if not column.null:
            raise ArchiveRefused(_("%s is missing") % column.name)
        return None
    shapes = next(shapes for kind, shapes in SHAPES.items() if isinstance(column, kind))
    if type(raw) not in shapes or not _is_text_fit(raw):
        raise ArchiveRefused(_("%s has no such value") % column.name)
    try:
        value = column.to_python(raw)
    except (ValidationError, ArithmeticError, ValueError) as error:
        raise ArchiveRefused(_("%s has no such value") % column.name) from error
    if isinstance(value, datetime) and not _is_known(value, at):
        raise ArchiveRefused(_("%s is a time nobody wrote at") % column.name)
    return value


def _values(section: Section, row: Mapping[str, Any], into: Comeback) -> dict[str, Any] | None:
    """Return the columns; None when what the row belongs to is not there."""
    values: dict[str, Any] = {}
    for column in section.columns:
        # A column that is younger than the archive begins with its default.
        if column.attname not in row or (column.primary_key and not column.is_relation):
            continue
        raw = row[column.attname]
        if column.is_relation:
            values[column.attname] = _referred(column, raw, into)
            if values[column.attname] is None and not column.null:
                return None
        else:
            values[column.attname] = value_of(column, raw, at=into.at)
    return values


def _referred(column: Field[Any, Any], raw: object, into: Comeback) -> UUID | None:
    """Return the new id of what a row refers to, if that is in the archive."""
    model: Any = column.related_model
    return into.ids.get((model, raw)) if isinstance(raw, str) else None


def _is_text_fit(raw: object) -> bool:
    """Say whether Postgres has room and bytes for a text."""
    if not isinstance(raw, str):
        return True
    return len(raw) <= MOST_TEXT and "\0" not in raw and _is_utf8(raw)


def _is_utf8(raw: str) -> bool:
    try:
        raw.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_known(value: datetime, at: datetime) -> bool:
    return not is_naive(value) and EARLIEST <= value <= at + CLOCKS_DIFFER
