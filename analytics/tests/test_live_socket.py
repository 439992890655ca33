"""The live socket: what it says, what it takes, and whom it refuses."""

import asyncio
import json
import uuid
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts.models import User
from analytics.consumers import LiveConsumer
from analytics.models import WritingSession
from analytics.tests.builders import add_words, make_chapter
from nexus.lib import pauses
from nexus.lib.effects import drain
from nexus.lib.live import hub
from stories.models import Chapter

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def alice():
    return User.objects.create_user("alice@example.com", username="Alice")


@pytest.fixture
def chapter(alice):
    return make_chapter(alice, content="one two three")


@pytest.fixture
async def sockets():
    """Open sockets as browsers do; all are closed, and the hub stopped, at the end."""
    opened = []

    async def open_socket(user):
        # What the fixtures wrote may be told a tenth of a second later.
        await sync_to_async(drain)(20)
        communicator = WebsocketCommunicator(LiveConsumer.as_asgi(), "/ws/live/")
        communicator.scope["user"] = user
        connected, _protocol = await communicator.connect()
        assert connected
        opened.append(communicator)
        if user.is_authenticated:
            hello = await communicator.receive_json_from(3)
            assert hello["type"] == "hello"
            communicator.hello = hello
        return communicator

    yield open_socket
    for communicator in opened:
        await communicator.disconnect()
    await hub().stop()


async def heard(socket, kind, seconds=3):
    """Return the next message of that kind."""
    while True:
        message = await socket.receive_json_from(seconds)
        if message["type"] == kind:
            return message


async def test_hello_names_the_writer_and_her_day(sockets, alice):
    socket = await sockets(alice)
    assert socket.hello == {
        "type": "hello",
        "user_id": str(alice.pk),
        "day": timezone.now().date().isoformat(),
    }


async def test_a_window_is_told_when_redis_is_away_and_when_it_is_back(
    sockets, alice, settings, monkeypatch
):
    monkeypatch.setattr(pauses, "PERIOD_SECONDS", 0.05)
    right = settings.REDIS_URL
    socket = await sockets(alice)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert (await heard(socket, "live", 10))["is_paused"] is True
    late = await sockets(alice)
    assert (await heard(late, "live", 10))["is_paused"] is True
    settings.REDIS_URL = right
    for each in (socket, late):
        assert (await heard(each, "live", 10))["is_paused"] is False


async def test_a_visitor_is_accepted_and_closed_with_1008(sockets):
    socket = await sockets(AnonymousUser())
    assert await socket.receive_output(3) == {"type": "websocket.close", "code": 1008}


async def test_a_save_reaches_the_writers_other_windows(sockets, alice, chapter):
    socket = await sockets(alice)
    await sync_to_async(add_words)(chapter, 4, timezone.now(), typed=4)
    counts = await heard(socket, "counts")
    assert counts == {
        "type": "counts",
        "story_id": str(chapter.story_id),
        "chapter_id": str(chapter.pk),
        "chapter_words": 7,
        "story_words": 7,
        "today_words": 4,
        "goal": None,
    }
    day = await heard(socket, "day")
    assert (day["words"], day["sessions"]) == (4, 1)


async def test_nobody_else_hears_of_it(sockets, alice, chapter):
    bob = await sync_to_async(User.objects.create_user)("bob@example.com")
    socket = await sockets(bob)
    await sync_to_async(add_words)(chapter, 4, timezone.now(), typed=4)
    await sync_to_async(drain)(3)
    assert await socket.receive_nothing(0.3)


async def test_a_change_of_long_ago_is_nobodys_live_event(sockets, alice, chapter):
    socket = await sockets(alice)
    long_ago = timezone.now() - timedelta(days=3)
    await sync_to_async(add_words)(chapter, 4, long_ago, typed=4)
    await sync_to_async(drain)(3)
    while not await socket.receive_nothing(0.3):
        assert (await socket.receive_json_from())["type"] == "chapter.saved"


async def test_typing_is_a_hint_for_the_other_windows_only(sockets, alice, chapter):
    writing, watching = await sockets(alice), await sockets(alice)
    await writing.send_json_to({"type": "typing", "chapter_id": str(chapter.pk), "words": 12})
    counts = await heard(watching, "counts", 2)
    assert counts == {
        "type": "counts",
        "story_id": str(chapter.story_id),
        "chapter_id": str(chapter.pk),
        "chapter_words": 12,
        "story_words": 12,
    }
    assert await writing.receive_nothing(0.3)
    assert (await sync_to_async(Chapter.objects.get)(pk=chapter.pk)).word_count == 3


async def test_typing_is_sent_twice_a_second_at_most_and_the_last_word_wins(
    sockets, alice, chapter
):
    writing, watching = await sockets(alice), await sockets(alice)
    for words in range(30):
        await writing.send_json_to(
            {"type": "typing", "chapter_id": str(chapter.pk), "words": words}
        )
        await asyncio.sleep(0.03)
    await asyncio.sleep(1.2)
    seen = []
    while not await watching.receive_nothing(0.1):
        seen.append((await watching.receive_json_from())["chapter_words"])
    assert len(seen) <= 4 and seen[-1] == 29


async def test_typing_in_another_writers_chapter_is_refused(sockets, alice, chapter):
    bob = await sync_to_async(User.objects.create_user)("bob@example.com")
    theirs, own = await sockets(bob), await sockets(alice)
    await theirs.send_json_to({"type": "typing", "chapter_id": str(chapter.pk), "words": 1})
    assert (await heard(theirs, "error"))["code"] == "not_found"
    assert await own.receive_nothing(0.3)


FRAMES = [
    "{",
    "[]",
    "null",
    "[" * 5000,
    '{"type": "dance"}',
    '{"type": ["typing"]}',
    '{"type": "typing"}',
    '{"type": "typing", "chapter_id": "x", "words": 1}',
    '{"type": "typing", "chapter_id": "018f0000-0000-7000-8000-000000000000", "words": -1}',
    '{"type": "typing", "chapter_id": "018f0000-0000-7000-8000-000000000000", "words": true}',
    '{"type": "session_start", "sessionId": 5}',
    '{"type": "session_end", "sessionId": "x", "wordCount": 5}',
]


@pytest.mark.parametrize("frame", FRAMES)
async def test_a_wrong_frame_is_answered_by_an_error(sockets, alice, frame):
    socket = await sockets(alice)
    await socket.send_to(text_data=frame)
    error = await heard(socket, "error")
    assert error["code"] and error["message"]
    await socket.send_to(bytes_data=b"\xff\x00")
    assert (await heard(socket, "error"))["code"] == "malformed"


async def test_a_frame_too_large_is_refused(sockets, alice):
    socket = await sockets(alice)
    await socket.send_to(text_data=json.dumps({"type": "typing", "x": "y" * 70_000}))
    assert (await heard(socket, "error"))["code"] == "too_large"


async def test_who_only_sends_nonsense_is_closed(sockets, alice):
    socket = await sockets(alice)
    for _time in range(21):
        await socket.send_to(text_data="nonsense")
    for _time in range(20):
        assert (await socket.receive_json_from(3))["type"] == "error"
    assert (await socket.receive_output(3))["type"] == "websocket.close"


# --- Sessions of programs ----------------------------------------------------------


def command(kind, chapter, words, name="a"):
    return {
        "type": kind,
        "sessionId": name,
        "storyId": str(chapter.story_id),
        "chapterId": str(chapter.pk),
        "timestamp": timezone.now().isoformat(),
        "wordCount": words,
    }


@sync_to_async
def only_session():
    return WritingSession.objects.get(source="api")


async def test_a_programs_session_is_recorded_with_its_words(sockets, alice, chapter):
    socket = await sockets(alice)
    await socket.send_json_to(command("session_start", chapter, 3))
    assert (await heard(socket, "session"))["status"] == "started"
    await socket.send_json_to(command("session_end", chapter, 53))
    assert (await heard(socket, "session"))["status"] == "ended"
    session = await only_session()
    assert (session.typed, session.words_start, session.words_end) == (50, 3, 53)
    assert session.ended_at is not None and session.chapter_title == "One"


async def test_words_that_come_by_a_save_are_not_counted_again(sockets, alice, chapter):
    socket = await sockets(alice)
    await socket.send_json_to(command("session_start", chapter, 3))
    await heard(socket, "session")
    await sync_to_async(add_words)(chapter, 50, timezone.now(), source="api")
    await socket.send_json_to(command("session_end", chapter, 53))
    await heard(socket, "session")
    session = await only_session()
    assert (session.imported, session.typed, session.net) == (50, 0, 50)


async def test_an_unfinished_session_is_closed_when_the_program_goes(sockets, alice, chapter):
    socket = await sockets(alice)
    await socket.send_json_to(command("session_start", chapter, 3))
    await heard(socket, "session")
    assert (await only_session()).ended_at is None
    await socket.disconnect()
    session = await only_session()
    assert session.ended_at is not None and session.net == 0


async def test_a_session_in_another_writers_chapter_is_refused(sockets, chapter):
    bob = await sync_to_async(User.objects.create_user)("bob@example.com")
    socket = await sockets(bob)
    await socket.send_json_to(command("session_start", chapter, 3))
    assert (await heard(socket, "error"))["code"] == "not_found"
    assert not await WritingSession.objects.filter(user=bob).aexists()


async def test_a_session_is_started_and_ended_once(sockets, alice, chapter):
    socket = await sockets(alice)
    for _time in range(2):
        await socket.send_json_to(command("session_start", chapter, 3))
    assert (await heard(socket, "error"))["code"] == "session_exists"
    for _time in range(2):
        await socket.send_json_to(command("session_end", chapter, 3))
    assert (await heard(socket, "error"))["code"] == "unknown_session"


async def test_a_chapter_of_another_story_is_refused(sockets, alice, chapter):
    socket = await sockets(alice)
    wrong = command("session_start", chapter, 3) | {"storyId": str(uuid.uuid4())}
    await socket.send_json_to(wrong)
    assert (await heard(socket, "error"))["code"] == "not_found"
