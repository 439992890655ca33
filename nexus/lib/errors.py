"""Refusals that a service can answer with; pages and the API translate them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class FieldError:
    """One thing wrong with one field, said for people."""

    field: str
    message: str
    code: str = "invalid"


class DomainError(Exception):
    """A rule said no. `detail` is always a sentence for people."""

    status = 400
    code = "refused"

    def __init__(
        self,
        detail: str,
        *,
        code: str = "",
        errors: Sequence[FieldError] = (),
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or self.code
        self.errors = tuple(errors)
        self.extra = dict(extra or {})


class Invalid(DomainError):
    """The shape is right as JSON, but a value is not acceptable."""

    status, code = 422, "invalid"

    @classmethod
    def field(cls, field: str, message: str, *, code: str = "invalid") -> Invalid:
        """Refuse one field, with the same sentence as the answer's detail."""
        return cls(message, code=code, errors=[FieldError(field, message, code)])


class NotFound(DomainError):
    """There is no such object."""

    status, code = 404, "not_found"


class Forbidden(DomainError):
    """The object belongs to somebody else."""

    status, code = 403, "permission_denied"


class Conflict(DomainError):
    """The state of the studio does not allow it."""

    status, code = 409, "conflict"


class Stale(DomainError):
    """The base of a change is not the head any more."""

    status, code = 412, "stale"


class TooLarge(DomainError):
    """The text is longer than Nexus takes."""

    status, code = 413, "too_large"


class PreconditionRequired(DomainError):
    """The request must say what it is based on."""

    status, code = 428, "precondition_required"


class TooMany(DomainError):
    """Asked too often; `wait` in seconds, `limit` of tries that were free."""

    status, code = 429, "throttled"

    def __init__(self, detail: str, *, wait: int, limit: int) -> None:
        super().__init__(detail, extra={"retry_after": wait})
        self.limit = limit


class Busy(DomainError):
    """Not now; `extra["retry_after"]` says in how many seconds."""

    status, code = 503, "busy"
