"""Words cut here and pasted there are moved: neither taken away nor pasted.

A cut leaves its mark with the session it was made in: a keyed digest of the words, how many, and
when, never the words themselves. A paste of the very same words by the same writer within an hour
takes the mark away, and both sides become `moved_out` and `moved_in`, by the same number of words.
Words pasted in part, or changed, are not moved. The editor marks its own cuts and pastes
(`static/js/editor/moves.js` makes the same marks); of a change nobody reported on, the texts are
compared: one whole stretch of words that went, or came, is taken for a cut, or a paste.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zlib import crc32

from django.utils.crypto import salted_hmac

from analytics.causes import is_believed, nature_of, stretches_changed
from analytics.models import WritingSession
from stories.counting import count_words
from stories.saving import Change

KEPT_FOR = timedelta(hours=1)
MOST_CUTS = 200
# Fewer words than these come back by chance: "she said" is typed anew, not moved.
LEAST_UNREPORTED = 8
REPORTED = ("cut", "pasted")


@dataclass(frozen=True, slots=True)
class Move:
    """Words that were taken out or put in at a stroke, and the cause they are booked under."""

    is_cut: bool
    cause: str
    words: int
    mark: str


def moves_of(change: Change, words: MutableMapping[str, int], *, user_id: UUID) -> list[Move]:
    """Return what the change cut and pasted, in order."""
    if is_believed(change):
        found = _reported(change, words)
    elif nature_of(change) is None:
        found = list(_found(change, words))
    else:
        found = []
    return [Move(m.is_cut, m.cause, m.words, _keyed(m.mark, user_id)) for m in found]


def mark_of(text: str) -> str:
    """Return the mark of a text's words; the twin of `markOf` in the editor."""
    return f"{crc32(' '.join(text.split()).encode()):08x}-{count_words(text)}"


def pair(
    moves: Iterable[Move],
    words: MutableMapping[str, int],
    sessions: Iterable[WritingSession],
    *,
    at: datetime,
) -> tuple[list[dict[str, Any]], list[WritingSession]]:
    """Book each paste that has its cut as moved, in `words` and in the session of the cut.

    Returns the marks of the cuts that are left, and the sessions that were changed. A cut serves
    once.
    """
    own: list[dict[str, Any]] = []
    changed: list[WritingSession] = []
    rows = sorted(sessions, key=lambda session: session.last_change_at, reverse=True)
    for move in moves:
        if move.is_cut:
            own.append(_kept(move, at))
            continue
        for session, cut in _cuts(own, rows, at):
            if cut["mark"] == move.mark:
                _book(move, cut, words, session)
                (own if session is None else session.cuts).remove(cut)
                changed += [session] if session else []
                break
    return own[-MOST_CUTS:], changed


def still_kept(cuts: Iterable[dict[str, Any]], *, at: datetime) -> list[dict[str, Any]]:
    """Return the marks that a paste at `at` may still take."""
    return [cut for cut in cuts if _is_kept(cut, at)][-MOST_CUTS:]


def _reported(change: Change, words: MutableMapping[str, int]) -> list[Move]:
    moves = [
        Move(raw["cause"] == "cut", raw["cause"], raw["words"], raw["mark"])
        for raw in (change.activity or {}).get("moves", ())
    ]
    for cause in REPORTED:
        if sum(move.words for move in moves if move.cause == cause) > words.get(cause, 0):
            return []
    return moves


def _found(change: Change, words: MutableMapping[str, int]) -> Sequence[Move]:
    """Return the one stretch that went, or came; nothing when there was more to the change."""
    gone, come = stretches_changed(change.text_before, change.text_after)
    if bool(gone) == bool(come):
        return ()
    text = gone or come
    cause = next((name for name, count in words.items() if count), "")
    if not cause or count_words(text) < LEAST_UNREPORTED:
        return ()
    return (Move(bool(gone), cause, words[cause], mark_of(text)),)


def _keyed(mark: str, user_id: UUID) -> str:
    digest = salted_hmac("analytics.moves", f"{user_id}:{mark}", algorithm="sha256")
    return digest.hexdigest()[:32]


def _kept(move: Move, at: datetime) -> dict[str, Any]:
    return {"mark": move.mark, "words": move.words, "cause": move.cause, "at": at.isoformat()}


def _is_kept(cut: dict[str, Any], at: datetime) -> bool:
    return at - datetime.fromisoformat(cut["at"]) <= KEPT_FOR


def _cuts(
    own: list[dict[str, Any]], rows: Sequence[WritingSession], at: datetime
) -> Iterator[tuple[WritingSession | None, dict[str, Any]]]:
    """Go through the cuts, the latest first."""
    for cut in reversed(own):
        yield None, cut
    for session in rows:
        for cut in reversed(session.cuts):
            if _is_kept(cut, at):
                yield session, cut


def _book(
    move: Move,
    cut: dict[str, Any],
    words: MutableMapping[str, int],
    session: WritingSession | None,
) -> None:
    booked = words.get(cut["cause"], 0) if session is None else getattr(session, cut["cause"])
    moved = min(move.words, cut["words"], booked)
    words[move.cause] -= moved
    words["moved_in"] = words.get("moved_in", 0) + moved
    if session is None:
        words[cut["cause"]] -= moved
        words["moved_out"] = words.get("moved_out", 0) + moved
    else:
        setattr(session, cut["cause"], booked - moved)
        session.moved_out += moved
