"""Find and replace over HTTP: shapes, order of refusals, keys, and who gets in."""

import uuid

import pytest

from accounts import api_tokens
from stories.models import Chapter, Replacement
from stories.saving import save_content
from stories.services.chapters import trash_chapter
from stories.services.stories import trash_story
from stories.tests.builders import NOW, make_chapter, make_story, send

pytestmark = pytest.mark.django_db
FIRST = '<p data-b="a">Jane and <em>Ja</em>ne.</p>'
WANTED = {"find": "Jane", "replacement": "Anne"}


@pytest.fixture
def story(alice):
    return make_story(alice)


@pytest.fixture
def chapters(story):
    return [
        make_chapter(story, content=FIRST),
        make_chapter(story, title="Two", content="<p>Jane, too</p>"),
        make_chapter(story, title="Three", content="<p>Nobody</p>"),
    ]


def preview(client, story, **body):
    return send(client, "post", f"/stories/{story.pk}/replace/preview", WANTED | body)


def replace(client, story, headers=None, **body):
    if "chapters" not in body:
        seen = preview(client, story).json()["chapters"]
        body["chapters"] = [{k: row[k] for k in ("id", "base_revision")} for row in seen]
    return send(client, "post", f"/stories/{story.pk}/replace", WANTED | body, **(headers or {}))


def undo(client, story, step):
    return send(client, "post", f"/stories/{story.pk}/replace/{step}/undo")


def contents(story):
    return list(Chapter.objects.filter(story=story).in_order().values_list("content", flat=True))


def test_a_preview_counts_every_hit_and_shows_its_context(as_alice, story, chapters):
    answer = preview(as_alice, story)
    assert answer.status_code == 200
    body = answer.json()
    assert body["count"] == 3 and [row["count"] for row in body["chapters"]] == [2, 1]
    first = body["chapters"][0]
    assert (first["title"], first["base_revision"]) == ("One", chapters[0].etag)
    assert first["hits"][1] == {"number": 1, "before": "Jane and ", "words": "Jane", "after": "."}
    assert contents(story)[0] == FIRST


def test_a_preview_shows_a_window_of_the_hits_and_counts_all(as_alice, story, chapters):
    body = preview(as_alice, story, limit=1, offset=1).json()
    assert body["count"] == 3
    assert [[hit["number"] for hit in row["hits"]] for row in body["chapters"]] == [[1], []]
    body = preview(as_alice, story, limit=5, offset=2).json()
    assert [[hit["number"] for hit in row["hits"]] for row in body["chapters"]] == [[], [0]]


def test_replacing_answers_with_the_step_and_the_new_bases(as_alice, story, chapters):
    answer = replace(as_alice, story)
    assert answer.status_code == 201
    body = answer.json()
    assert body["count"] == 3 and body["id"] == str(Replacement.objects.get().pk)
    now = Chapter.objects.get(pk=chapters[0].pk)
    assert body["chapters"][0] == {
        "id": str(now.pk),
        "title": "One",
        "base_revision": now.etag,
        "word_count": 3,
    }
    assert contents(story)[0] == '<p data-b="a">Anne and <em>Anne</em>.</p>'.replace(
        "<em>Anne</em>", "<em>Anne</em>"
    )


def test_hits_left_out_stay(as_alice, story, chapters):
    part = {"id": str(chapters[0].pk), "base_revision": chapters[0].etag, "leave_out": [0]}
    assert replace(as_alice, story, chapters=[part]).json()["count"] == 1
    assert contents(story)[:2] == ['<p data-b="a">Jane and <em>Anne</em>.</p>', "<p>Jane, too</p>"]


def test_undoing_gives_everything_back_and_is_done_once(as_alice, story, chapters):
    before = contents(story)
    step = replace(as_alice, story).json()["id"]
    answer = undo(as_alice, story, step)
    assert answer.status_code == 200 and answer.json()["left"] == []
    assert [row["title"] for row in answer.json()["restored"]] == ["One", "Two"]
    assert contents(story) == before
    again = undo(as_alice, story, step)
    assert (again.status_code, again.json()["code"]) == (409, "already_undone")


def test_what_was_changed_since_is_left_and_named(as_alice, alice, story, chapters):
    step = replace(as_alice, story).json()["id"]
    save_content(chapters[0].pk, by=alice, content="<p>New</p>", base=None, at=NOW)
    assert undo(as_alice, story, step).json()["left"] == [
        {"id": str(chapters[0].pk), "title": "One", "why": "changed"}
    ]


def test_a_stale_base_is_412_with_the_chapters_and_nothing_is_replaced(
    as_alice, alice, story, chapters
):
    parts = [{"id": str(row.pk), "base_revision": row.etag} for row in chapters[:2]]
    save_content(chapters[1].pk, by=alice, content="<p>Jane!</p>", base=None, at=NOW)
    answer = replace(as_alice, story, chapters=parts)
    assert (answer.status_code, answer.json()["code"]) == (412, "stale")
    assert [row["title"] for row in answer.json()["chapters"]] == ["Two"]
    assert contents(story)[0] == FIRST


def test_a_strangers_chapter_named_in_the_body_says_nothing_of_itself(
    as_alice, story, chapters, bob
):
    foreign = make_chapter(make_story(bob), title="Secret", content="<p>Jane</p>")
    part = {"id": str(foreign.pk), "base_revision": foreign.etag}
    answer = replace(as_alice, story, chapters=[part])
    assert answer.status_code == 412 and answer.json()["chapters"] == []
    assert "Secret" not in answer.content.decode()
    assert Chapter.objects.get(pk=foreign.pk).content == "<p>Jane</p>"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"find": ""}, "find"),
        ({"find": None}, "find"),
        ({"find": 5}, "find"),
        ({"find": "x" * 201}, "find"),
        ({"find": "a\nb"}, "find"),
        ({"find": "a\u0000"}, "find"),
        ({"replacement": None}, "replacement"),
        ({"replacement": "x" * 1_001}, "replacement"),
        ({"replacement": "a\tb"}, "replacement"),
        ({"match_case": "yes"}, "match_case"),
        ({"whole_words": 1}, "whole_words"),
        ({"chapters": []}, "chapters"),
        ({"chapters": None}, "chapters"),
        ({"chapters": [{"id": "x", "base_revision": "1-00000000"}]}, "chapters.0.id"),
        (
            {"chapters": [{"id": str(uuid.UUID(int=1)), "base_revision": "*"}]},
            "chapters.0.base_revision",
        ),
        (
            {
                "chapters": [
                    {
                        "id": str(uuid.UUID(int=1)),
                        "base_revision": "1-00000000",
                        "leave_out": [-1],
                    }
                ]
            },
            "chapters.0.leave_out.0",
        ),
    ],
)
def test_a_wrong_shape_is_422_before_anything_else(as_alice, story, chapters, body, field):
    answer = replace(as_alice, story, **body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert contents(story)[0] == FIRST


def test_nothing_to_replace_is_422_of_its_own_kind(as_alice, story, chapters):
    part = {"id": str(chapters[2].pk), "base_revision": chapters[2].etag}
    answer = replace(as_alice, story, chapters=[part])
    assert (answer.status_code, answer.json()["code"]) == (422, "nothing_chosen")


def test_the_same_key_replaces_once(as_alice, story, chapters):
    parts = [{"id": str(row.pk), "base_revision": row.etag} for row in chapters[:2]]
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    first = replace(as_alice, story, headers=headers, chapters=parts)
    second = replace(as_alice, story, headers=headers, chapters=parts)
    assert second.headers["Idempotency-Replayed"] == "true" and second.json() == first.json()
    assert Replacement.objects.count() == 1


def test_a_story_or_step_that_is_not_there_is_404_and_anothers_403(
    as_alice, as_bob, story, chapters
):
    step = replace(as_alice, story).json()["id"]
    assert undo(as_bob, story, step).status_code == 403
    assert preview(as_bob, story).status_code == 403
    assert undo(as_alice, story, uuid.uuid4()).status_code == 404
    other = make_story(story.owner, "Other")
    assert undo(as_alice, other, step).status_code == 404
    trash_story(story, at=NOW)
    assert preview(as_alice, story).status_code == 404


def test_a_token_that_may_only_write_replaces_without_reading(
    alice, anonymous, as_alice, story, chapters
):
    _token, secret = api_tokens.create(alice, name="Writer", scopes=["write"])
    bearer = {"Authorization": f"Bearer {secret}"}
    path = f"/stories/{story.pk}/replace"
    refused = send(anonymous, "post", f"{path}/preview", WANTED, **bearer)
    assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")
    parts = [{"id": str(chapters[1].pk), "base_revision": chapters[1].etag}]
    answer = send(anonymous, "post", path, WANTED | {"chapters": parts}, **bearer)
    assert answer.status_code == 201 and "content" not in answer.json()["chapters"][0]


def test_a_chapter_in_the_trash_is_stale(as_alice, story, chapters):
    parts = [{"id": str(chapters[0].pk), "base_revision": chapters[0].etag}]
    trash_chapter(chapters[0], at=NOW)
    answer = replace(as_alice, story, chapters=parts)
    assert answer.status_code == 412 and answer.json()["chapters"][0]["title"] == "One"
