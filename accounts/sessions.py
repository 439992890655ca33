"""Sessions in the database, one row each, read together with the person they belong to.

A session ends by itself in two ways: nobody used it for a while, or it has lived long enough. Both
are kept as one instant, `expire_date`, which each noted visit moves on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from itertools import islice
from typing import Any, NamedTuple, TypeVar, cast
from uuid import UUID

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, login, logout
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import connection
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.models import Preferences, Profile, Session, User

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
KEY = re.compile(r"[a-z0-9]{8,40}")
SEEN_EVERY = timedelta(minutes=5)
Row = TypeVar("Row", bound=Model)


class Client(NamedTuple):
    """Where a session is used from, kept so that a writer can recognise it in a list."""

    ip: str | None = None
    user_agent: str = ""


class Lifetime(NamedTuple):
    """How long a session lives without a visit, and at most."""

    idle: timedelta
    absolute: timedelta


LIFETIMES: dict[str, Lifetime] = {
    Session.Kind.SHORT: Lifetime(timedelta(hours=12), timedelta(hours=12)),
    Session.Kind.KEPT: Lifetime(timedelta(days=14), timedelta(days=90)),
    Session.Kind.PROGRAM: Lifetime(timedelta(days=30), timedelta(days=90)),
}


def expiry(kind: str, *, created_at: datetime, seen_at: datetime) -> datetime:
    """Return when a session ends that is not used again after `seen_at`."""
    life = LIFETIMES[kind]
    return min(created_at + life.absolute, seen_at + life.idle)


class SessionStore(DatabaseSessionStore):
    """Django's database store on our own model, with the columns that make a session listable."""

    client = Client()
    row: Session | None = None
    # A session that a bearer token presents must not become the cookie of whoever's browser asked.
    has_cookie = True
    _chosen_kind: str | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    @classmethod
    def of_row(cls, row: Session) -> SessionStore:
        """Return the store of a row that was read already."""
        store = cls(row.session_key)
        store.row = row
        store._session_cache = store.decode(row.session_data)  # type: ignore[attr-defined]
        return store

    @property
    def public_id(self) -> UUID | None:
        """The id by which people and tokens name the session, None where there is no row."""
        return self.row.public_id if self.row else None

    def _validate_session_key(self, key: str | None) -> bool:
        """Say whether this could be one of our keys; a cookie may hold what Postgres cannot."""
        return bool(key) and KEY.fullmatch(str(key)) is not None

    def _get_session_from_db(self) -> Session | None:
        self.row = _read("session_key", self.session_key or "", at=timezone.now())
        if self.row is None:
            self._session_key = None
        return self.row

    # --- How long it lives ----------------------------------------------------------

    @property
    def kind(self) -> str:
        return self._chosen_kind or (self.row.kind if self.row else Session.Kind.SHORT)

    @kind.setter
    def kind(self, kind: str) -> None:
        self._chosen_kind = kind
        self.modified = True

    @property
    def born_at(self) -> datetime:
        return self.row.created_at if self.row else timezone.now()

    def set_expiry(self, value: Any) -> None:
        """Take the sign-in page's word on "Keep me signed in": it asks for seconds, or for 0."""
        self.kind = Session.Kind.KEPT if value else Session.Kind.SHORT

    def get_expiry_date(self, **kwargs: Any) -> datetime:
        """Return when the row ends, unless it is visited again."""
        return expiry(self.kind, created_at=self.born_at, seen_at=timezone.now())

    def get_expire_at_browser_close(self) -> bool:
        return self.kind == Session.Kind.SHORT

    def get_expiry_age(self, **kwargs: Any) -> int:
        """Return the cookie's age in seconds.

        A kept cookie lives as long as its row may: who stays away too long is refused by the row,
        and a visit need not send the cookie again.
        """
        if self.kind != Session.Kind.KEPT:
            return settings.SESSION_COOKIE_AGE
        ends_at = self.born_at + LIFETIMES[Session.Kind.KEPT].absolute
        return max(0, int((ends_at - timezone.now()).total_seconds()))

    # --- Writing ----------------------------------------------------------------------

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """Return the row of a new session; an existing one is changed column by column."""
        self.row = None
        key = self._get_or_create_session_key()  # type: ignore[attr-defined]
        self.row = Session(session_key=key, **self._columns(data), **self._place())
        return self.row

    def save(self, must_create: bool = False) -> None:
        """Write the data; what belongs to the row alone, as its refresh chain, is left as it is."""
        if must_create or self.session_key is None:
            return super().save(must_create=must_create)
        # Read first: a key that names no row any more is forgotten by it.
        data = self._get_session()  # type: ignore[attr-defined]
        return self._update(**self._columns(data), **self._place())

    def cycle_key(self) -> None:
        """Give the same row a new key; where nobody is signed in yet, its life begins anew."""
        is_signed_in = SESSION_KEY in self._session  # type: ignore[attr-defined]
        if self.row is None:
            return super().cycle_key()
        now = timezone.now()
        ends_at = expiry(self.kind, created_at=now, seen_at=now)
        birth = {"created_at": now, "last_seen_at": now, "expire_date": ends_at}
        key = self._get_new_session_key()  # type: ignore[attr-defined]
        try:
            self._update(session_key=key, **({} if is_signed_in else birth))
        except UpdateError as error:
            if is_signed_in:
                raise SessionInterrupted("This session was ended meanwhile.") from error
            return super().cycle_key()
        self._session_key = key
        self.modified = True
        return None

    def flush(self) -> None:
        """Delete the row; whoever signs in next begins with nothing of it."""
        super().flush()
        self.row = self._chosen_kind = None

    def _columns(self, data: dict[str, Any]) -> dict[str, Any]:
        return {
            "session_data": self.encode(data),
            "expire_date": self.get_expiry_date(),
            "last_seen_at": timezone.now(),
            "user_id": data.get(SESSION_KEY),
            "kind": self.kind,
        }

    def _place(self) -> dict[str, Any]:
        """Return where it is used from, when that is known: tests and commands have no address."""
        if self.client == Client():
            return {}
        return {"ip": self.client.ip, "user_agent": self.client.user_agent[:300]}

    def _update(self, **values: Any) -> None:
        """Change columns of the row; raise UpdateError when it was ended meanwhile."""
        if not Session.objects.filter(pk=self.session_key).update(**values):
            raise UpdateError
        for name, value in values.items():
            setattr(self.row, name, value)

    # --- Whose it is ------------------------------------------------------------------

    def signed_in_user(self) -> User | None:
        """Return the person of this session when the row still vouches for them."""
        stored_hash = self.get(HASH_SESSION_KEY, "")
        user = self.row.user if self.row is not None else None
        if user is None or not user.is_active or str(user.pk) != self.get(SESSION_KEY):
            return None
        return user if constant_time_compare(stored_hash, user.get_session_auth_hash()) else None

    def note_seen(self, at: datetime) -> None:
        """Remember the visit, at most every few minutes, so that a read stays a read."""
        row = self.row
        if row is not None and at - row.last_seen_at > SEEN_EVERY:
            row.last_seen_at = at
            row.expire_date = expiry(row.kind, created_at=row.created_at, seen_at=at)
            seen = {"last_seen_at": at, "expire_date": row.expire_date} | self._place()
            # Not by key: another request may have changed it meanwhile.
            Session.objects.filter(public_id=row.public_id).update(**seen)


# --- Reading --------------------------------------------------------------------------


def _read(column: str, value: Any, *, at: datetime) -> Session | None:
    """Return a session that has not expired, with its person, preferences and profile."""
    with connection.cursor() as cursor:
        cursor.execute(_query(column), [value, at])
        row = cursor.fetchone()
    if row is None:
        return None
    values = iter(row)
    session = _take(Session, values)
    if session.user_id:
        session.user = _take(User, values)
        # In the order in which the query selects them: that of the models' definition.
        _take(Profile, values).user = session.user
        _take(Preferences, values).user = session.user
    return session


@cache
def _query(column: str) -> str:
    """Write the query once: every request begins with it, and building it costs more than it."""
    sample = {"session_key": "", "public_id": UUID(int=0)}[column]
    people = Session.objects.select_related("user__preferences", "user__profile")
    rows = people.filter(**{column: sample})
    # One filter after the other: the two values are handed over in this order.
    return rows.filter(expire_date__gt=timezone.now()).query.sql_with_params()[0]


def _take(model: type[Row], values: Iterator[Any]) -> Row:
    names = [field.attname for field in model._meta.concrete_fields]
    return model.from_db(connection.alias, names, list(islice(values, len(names))))


def user_for_key(session_key: str) -> User | None:
    """Return whose session this is, or None; for sockets, which have no middleware."""
    return SessionStore(session_key).signed_in_user()


def store_for_public_id(public_id: UUID) -> SessionStore | None:
    """Return the live session of that id, or None; the same single query as for a cookie."""
    row = _read("public_id", public_id, at=timezone.now())
    if row is None:
        return None
    return SessionStore.of_row(row)


def live_sessions(user: User) -> QuerySet[Session]:
    """Return where a person is signed in, the latest seen first."""
    live = Session.objects.filter(user=user, expire_date__gt=timezone.now())
    return live.order_by("-last_seen_at", "public_id")


def public_id_of(request: HttpRequest) -> UUID:
    """Return the id of the session that asks; somebody is signed in."""
    public_id = cast(SessionStore, request.session).public_id
    if public_id is None:
        raise SessionInterrupted("This session was ended meanwhile.")
    return public_id


# --- Beginning and ending -------------------------------------------------------------


def start_session(request: HttpRequest, user: User, *, kind: str) -> Session:
    """Sign the person in under a new key, whoever was signed in before, and return the row."""
    session = cast(SessionStore, request.session)
    session.flush()
    session.kind = kind
    login(request, user, backend=BACKEND)
    session.save()
    return cast(Session, session.row)


def end_session(public_id: UUID) -> None:
    """End one session: its cookie, its tokens and its sockets."""
    Session.objects.filter(public_id=public_id).delete()


def end_own(request: HttpRequest, public_id: UUID) -> None:
    """End a session of who asks; when it is the one that asks, its cookie is cleared too."""
    if public_id == public_id_of(request):
        logout(request)
    else:
        end_session(public_id)


def end_others(user: User, *, but: UUID) -> int:
    """End a person's sessions except one; return how many."""
    return Session.objects.filter(user=user).exclude(public_id=but).delete()[0]


def end_all(user: User) -> int:
    """End every session of a person; return how many."""
    return Session.objects.filter(user=user).delete()[0]
