"""Sessions in the database, one row each, read together with the person they belong to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from itertools import islice
from typing import Any, NamedTuple, TypeVar, cast

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.db import connection
from django.db.models import Model
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.models import Preferences, Session, User

KEY = re.compile(r"[a-z0-9]{8,40}")
SEEN_EVERY = timedelta(minutes=5)
Row = TypeVar("Row", bound=Model)


class Client(NamedTuple):
    """Where a session is used from, kept so that a writer can recognise it in a list."""

    ip: str | None = None
    user_agent: str = ""


class SessionStore(DatabaseSessionStore):
    """Django's database store on our own model, with the columns that make a session listable."""

    client = Client()
    row: Session | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _validate_session_key(self, key: str | None) -> bool:
        """Say whether this could be one of our keys; a cookie may hold what Postgres cannot."""
        return bool(key) and KEY.fullmatch(str(key)) is not None

    def _get_session_from_db(self) -> Session | None:
        self.row = _read(self.session_key or "", at=timezone.now())
        if self.row is None:
            self._session_key = None
        return self.row

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        session = cast(Session, super().create_model_instance(data))
        session.user_id = data.get(SESSION_KEY)
        session.ip = self.client.ip
        session.user_agent = self.client.user_agent[:300]
        if self.row is not None and self.row.session_key == session.session_key:
            session.created_at = self.row.created_at
        return session

    def signed_in_user(self) -> User | None:
        """Return the person of this session when the row still vouches for them."""
        stored_hash = self.get(HASH_SESSION_KEY, "")
        user = self.row.user if self.row is not None else None
        if user is None or not user.is_active or str(user.pk) != self.get(SESSION_KEY):
            return None
        return user if constant_time_compare(stored_hash, user.get_session_auth_hash()) else None

    def note_seen(self, at: datetime) -> None:
        """Remember the visit, at most every few minutes, so that a read stays a read."""
        if self.row is not None and at - self.row.last_seen_at > SEEN_EVERY:
            self.row.last_seen_at = at
            Session.objects.filter(pk=self.row.pk).update(last_seen_at=at)


def _read(session_key: str, *, at: datetime) -> Session | None:
    """Return a session that has not expired, with its person and their preferences."""
    with connection.cursor() as cursor:
        cursor.execute(_query(), [session_key, at])
        row = cursor.fetchone()
    if row is None:
        return None
    values = iter(row)
    session = _take(Session, values)
    if session.user_id:
        session.user = _take(User, values)
        _take(Preferences, values).user = session.user
    return session


@cache
def _query() -> str:
    """Write the query once: every request begins with it, and building it costs more than it."""
    rows = Session.objects.select_related("user__preferences").filter(session_key="")
    # One filter after the other: the two values are handed over in this order.
    return rows.filter(expire_date__gt=timezone.now()).query.sql_with_params()[0]


def _take(model: type[Row], values: Iterator[Any]) -> Row:
    names = [field.attname for field in model._meta.concrete_fields]
    return model.from_db(connection.alias, names, list(islice(values, len(names))))


def user_for_key(session_key: str) -> User | None:
    """Return whose session this is, or None; for sockets, which have no middleware."""
    return SessionStore(session_key).signed_in_user()
