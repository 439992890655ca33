"""Saves at the same time: one wins, one key is one save, and nobody waits for ever."""

import json
import threading
import uuid

import pytest
from django.db import connection, connections, transaction

from accounts.tests.threads import at_once
from stories.models import Chapter, SaveReceipt
from stories.tests.builders import make_chapter, make_story, save, send


@pytest.mark.django_db(transaction=True)
def test_of_fifty_saves_from_one_base_one_wins(alice, signed_in):
    chapter = make_chapter(make_story(alice))
    clients = [signed_in(alice) for _number in range(50)]
    answers = at_once(50, lambda n: save(clients[n], chapter, f"<p>version {n} wins</p>"))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200] + [412] * 49
    chapter.refresh_from_db()
    [won] = [n for n, answer in enumerate(answers) if answer.status_code == 200]
    assert (chapter.content_revision, chapter.content) == (2, f"<p>version {won} wins</p>")


@pytest.mark.django_db(transaction=True)
def test_one_save_sent_twenty_times_at_once_is_one_revision(alice, signed_in):
    chapter = make_chapter(make_story(alice))
    clients = [signed_in(alice) for _number in range(20)]
    key = uuid.uuid4()
    answers = at_once(20, lambda n: save(clients[n], chapter, "<p>once</p>", key=key))
    assert {answer.status_code for answer in answers} == {200}
    assert len({json.dumps(answer.json(), sort_keys=True) for answer in answers}) == 1
    chapter.refresh_from_db()
    assert chapter.content_revision == 2
    assert SaveReceipt.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_saving_and_reordering_at_once_lock_each_other_never(alice, signed_in):
    story = make_story(alice)
    chapters = [make_chapter(story, f"Chapter {n}") for n in range(8)]
    clients = [signed_in(alice) for _number in range(16)]

    def act(n):
        if n % 2:
            return save(clients[n], chapters[n // 2], f"<p>text {n}</p>")
        body = {"from_pos": n // 2, "to_pos": 7 - n // 2}
        return send(clients[n], "post", f"/stories/{story.pk}/chapters/reorder", body)

    answers = at_once(16, act)
    assert {answer.status_code for answer in answers} == {200}
    positions = Chapter.objects.filter(story=story).values_list("position", flat=True)
    assert sorted(positions) == list(range(8))


@pytest.mark.django_db(transaction=True)
def test_a_twin_still_at_work_is_409(alice, as_alice):
    chapter, key = make_chapter(make_story(alice)), uuid.uuid4()
    claimed, finish = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO stories_savereceipt (user_id, key, route, body_hash, created_at)"
                " VALUES (%s, %s, 'x', 'x', now())",
                [alice.pk, key],
            )
            claimed.set()
            finish.wait(10)
        connections.close_all()

    twin = threading.Thread(target=hold)
    twin.start()
    claimed.wait(5)
    answer = save(as_alice, chapter, "<p>x</p>", key=key)
    finish.set()
    twin.join()
    assert (answer.status_code, answer.json()["code"]) == (409, "in_progress")


@pytest.mark.django_db(transaction=True)
def test_a_row_held_for_too_long_is_503_with_retry_after(alice, as_alice):
    chapter = make_chapter(make_story(alice))
    held, finish = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            list(Chapter.objects.select_for_update().filter(pk=chapter.pk))
            held.set()
            finish.wait(10)
        connections.close_all()

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(5)
    try:
        answers = [
            save(as_alice, chapter, "<p>x</p>"),
            send(as_alice, "patch", f"/chapters/{chapter.pk}", {"title": "New"}),
        ]
    finally:
        finish.set()
        holder.join()
    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (503, "busy")
        assert answer.headers["Retry-After"] == "1"
    chapter.refresh_from_db()
    assert (chapter.content_revision, chapter.title) == (1, "One")
    assert not SaveReceipt.objects.exists()
