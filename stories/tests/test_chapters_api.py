"""Chapters through the API."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from stories.models import Chapter, ChapterVersion
from stories.tests.builders import NOW, make_chapter, make_story, send, words

FIELDS = {
    "id",
    "title",
    "published",
    "content",
    "word_count",
    "content_revision",
    "story_id",
    "story_title",
    "part_title",
    "previous_chapter_id",
    "next_chapter_id",
    "created_at",
    "updated_at",
}


@pytest.fixture
def story(alice):
    return make_story(alice)


def order(client, story):
    body = client.get(f"/api/v1/stories/{story.pk}/chapters").json()
    assert [row["position"] for row in body["chapters"]] == list(range(len(body["chapters"])))
    return [row["title"] for row in body["chapters"]]


def test_a_chapter_is_appended_whole(as_alice, story):
    make_chapter(story, "One")
    answer = send(
        as_alice, "post", f"/stories/{story.pk}/chapters", {"title": "Two", "content": "a\n\nb c"}
    )
    body = answer.json()
    assert answer.status_code == 201
    assert set(body) >= FIELDS
    assert (body["content"], body["word_count"]) == ("<p>a</p><p>b c</p>", 3)
    assert body["content_revision"] == 1 and body["published"] is False
    assert order(as_alice, story) == ["One", "Two"]
    story.refresh_from_db()
    assert story.updated_at > NOW


def test_a_chapter_may_be_inserted(as_alice, story):
    make_chapter(story, "One")
    make_chapter(story, "Two")
    path = f"/stories/{story.pk}/chapters"
    assert send(as_alice, "post", path, {"title": "X", "position": 1}).status_code == 201
    assert order(as_alice, story) == ["One", "X", "Two"]
    assert send(as_alice, "post", path, {"title": "Y", "position": 9}).status_code == 422


def test_a_title_is_used_once_in_a_story(as_alice, alice, story):
    make_chapter(story, "One")
    body = {"title": "ONE"}
    assert send(as_alice, "post", f"/stories/{story.pk}/chapters", body).status_code == 409
    other = make_story(alice, "Other")
    assert send(as_alice, "post", f"/stories/{other.pk}/chapters", body).status_code == 201


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"title": None},
        {"title": "A", "content": None},
        {"title": "A", "content": 5},
        {"title": "A", "position": True},
        {"title": "A", "position": "0"},
        {"title": "A", "position": -1},
        {"title": "A", "position": 0.0},
        {"title": "A", "position": 10**30},
        {"title": "A", "position": None},
        {"title": "A", "part_title": 7},
    ],
)
def test_a_wrong_chapter_is_422(as_alice, story, body):
    assert send(as_alice, "post", f"/stories/{story.pk}/chapters", body).status_code == 422
    assert not Chapter.objects.exists()


def test_prose_is_cleaned_and_never_refused(as_alice, story):
    content = "<p>one\u0000 two</p><script>alert(1)</script>\ud800 three"
    answer = send(
        as_alice, "post", f"/stories/{story.pk}/chapters", {"title": "A", "content": content}
    )
    assert answer.status_code == 201
    assert "<script" not in answer.json()["content"]
    assert answer.json()["word_count"] >= 3


def test_a_chapter_knows_its_neighbours_and_its_etag(as_alice, story):
    one, two, three = (make_chapter(story, name) for name in ("One", "Two", "Three"))
    answer = as_alice.get(f"/api/v1/chapters/{two.pk}")
    assert answer.json()["previous_chapter_id"] == str(one.pk)
    assert answer.json()["next_chapter_id"] == str(three.pk)
    assert answer.headers["ETag"] == f'"1-{two.content_hash[:8]}"'
    assert as_alice.get(f"/api/v1/chapters/{three.pk}/").json()["next_chapter_id"] is None


def test_a_chapter_can_be_read_as_plain_text(as_alice, story):
    chapter = make_chapter(story, content="<p>one</p><p>two <em>three</em></p>")
    path = f"/api/v1/chapters/{chapter.pk}"
    assert as_alice.get(f"{path}?as_html=false").json()["content"] == "one\n\ntwo three"
    assert as_alice.get(f"{path}?as_html=true").json()["content"].startswith("<p>")
    assert as_alice.get(f"{path}?as_html=maybe").status_code == 422


def test_title_part_and_publication_leave_the_revision(as_alice, story):
    chapter = make_chapter(story)
    body = {"title": "New", "published": True, "part_title": "Part One"}
    answer = send(as_alice, "patch", f"/chapters/{chapter.pk}", body)
    assert answer.status_code == 200
    seen = answer.json()
    assert (seen["title"], seen["published"], seen["part_title"]) == ("New", True, "Part One")
    chapter.refresh_from_db()
    assert (chapter.content_revision, chapter.metadata_version) == (1, 2)
    assert chapter.updated_at > NOW
    story.refresh_from_db()
    assert story.updated_at > NOW
    back = send(as_alice, "put", f"/chapters/{chapter.pk}", {"published": False, "part_title": ""})
    assert back.json()["published"] is False and back.json()["part_title"] == ""


@pytest.mark.parametrize(
    "body",
    [
        {"title": None},
        {"title": " "},
        {"content": None},
        {"content": {}},
        {"published": None},
        {"published": "yes"},
        {"published": 1},
        {"part_title": None},
    ],
)
def test_a_wrong_change_is_422(as_alice, story, body):
    chapter = make_chapter(story)
    assert send(as_alice, "patch", f"/chapters/{chapter.pk}", body).status_code == 422


def test_content_without_a_base_is_taken_and_the_old_text_kept(as_alice, story):
    chapter = make_chapter(story)
    answer = send(as_alice, "patch", f"/chapters/{chapter.pk}", {"content": "<p>four five</p>"})
    assert answer.status_code == 200
    assert (answer.json()["content_revision"], answer.json()["word_count"]) == (2, 2)
    kept = ChapterVersion.objects.get(chapter=chapter)
    assert (kept.revision, kept.content, kept.reason) == (1, chapter.content, "replaced")


def test_content_with_a_stale_base_is_412_and_changes_nothing(as_alice, story):
    chapter = make_chapter(story)
    send(as_alice, "patch", f"/chapters/{chapter.pk}", {"content": "<p>four five</p>"})
    body = {"content": "<p>six</p>", "title": "Six"}
    answer = send(
        as_alice, "patch", f"/chapters/{chapter.pk}", body, **{"If-Match": f'"{chapter.etag}"'}
    )
    assert answer.status_code == 412
    assert answer.json()["head_revision"] == 2
    chapter.refresh_from_db()
    assert (chapter.title, chapter.content) == ("One", "<p>four five</p>")


def test_one_refused_field_leaves_the_whole_change_undone(as_alice, story):
    make_chapter(story, "Taken")
    chapter = make_chapter(story, "Other")
    body = {"content": "<p>six</p>", "title": "taken"}
    assert send(as_alice, "patch", f"/chapters/{chapter.pk}", body).status_code == 409
    chapter.refresh_from_db()
    assert chapter.content_revision == 1


@pytest.mark.parametrize(
    ("move", "expected"),
    [
        ({"from_pos": 0, "to_pos": 2}, "BCA"),
        ({"from_pos": 2, "to_pos": 0}, "CAB"),
        ({"from_pos": 1, "to_pos": 1}, "ABC"),
    ],
)
def test_a_chapter_can_be_moved(as_alice, story, move, expected):
    for title in "ABC":
        make_chapter(story, title)
    answer = send(as_alice, "post", f"/stories/{story.pk}/chapters/reorder", move)
    assert answer.status_code == 200
    assert [row["title"] for row in answer.json()["chapters"]] == list(expected)
    assert order(as_alice, story) == list(expected)


def test_all_chapters_can_be_put_in_order(as_alice, story):
    chapters = [make_chapter(story, title) for title in "ABC"]
    wanted = [str(chapters[index].pk) for index in (2, 0, 1)]
    path = f"/stories/{story.pk}/chapters/reorder"
    assert send(as_alice, "post", path, {"order": wanted}).status_code == 200
    assert order(as_alice, story) == list("CAB")


def test_an_order_that_is_none_is_422(as_alice, alice, story):
    ids = [str(make_chapter(story, title).pk) for title in "ABC"]
    foreign = str(make_chapter(make_story(alice, "Other")).pk)
    path = f"/stories/{story.pk}/chapters/reorder"
    for body in (
        {},
        {"from_pos": 0},
        {"from_pos": 0, "to_pos": 3},
        {"from_pos": -1, "to_pos": 0},
        {"from_pos": True, "to_pos": 0},
        {"from_pos": 10**40, "to_pos": 0},
        {"order": ids[:2]},
        {"order": [*ids, ids[0]]},
        {"order": [*ids[:2], foreign]},
        {"order": [*ids[:2], "nonsense"]},
        {"order": None},
        {"order": ids, "from_pos": 0, "to_pos": 1},
    ):
        assert send(as_alice, "post", path, body).status_code == 422, body
    assert order(as_alice, story) == list("ABC")


def test_a_deleted_chapter_goes_to_the_trash_and_comes_back_to_its_place(as_alice, story):
    chapters = [make_chapter(story, title) for title in "ABC"]
    path = f"/chapters/{chapters[1].pk}"
    assert send(as_alice, "delete", path).status_code == 204
    assert send(as_alice, "delete", path).status_code == 404
    assert as_alice.get(f"/api/v1{path}").status_code == 404
    assert order(as_alice, story) == ["A", "C"]
    assert send(as_alice, "post", f"{path}/restore").status_code == 200
    assert order(as_alice, story) == ["A", "B", "C"]
    assert send(as_alice, "post", f"{path}/restore").status_code == 200


def test_a_restored_chapter_finds_the_story_shorter_or_its_title_taken(as_alice, story):
    chapters = [make_chapter(story, title) for title in "ABC"]
    for chapter in chapters:
        send(as_alice, "delete", f"/chapters/{chapter.pk}")
    assert send(as_alice, "post", f"/chapters/{chapters[0].pk}/restore").status_code == 200
    make_chapter(story, "B")
    assert send(as_alice, "post", f"/chapters/{chapters[1].pk}/restore").status_code == 409
    send(as_alice, "delete", f"/stories/{story.pk}")
    answer = send(as_alice, "post", f"/chapters/{chapters[2].pk}/restore")
    assert (answer.status_code, answer.json()["code"]) == (409, "story_in_trash")


def test_the_trash_lists_stories_and_chapters_page_by_page(as_alice, as_bob, alice):
    for number in range(3):
        story = make_story(alice, f"Story {number}")
        make_chapter(story)
        send(as_alice, "delete", f"/stories/{story.pk}")
    story = make_story(alice)
    for number in range(3):
        chapter = make_chapter(story, f"Chapter {number}")
        send(as_alice, "delete", f"/chapters/{chapter.pk}")
    assert as_bob.get("/api/v1/trash").json() == {
        "stories": [],
        "chapters": [],
        "next_cursor": None,
    }
    seen, cursor, pages = [], "", 0
    while cursor is not None:
        page = as_alice.get(
            f"/api/v1/trash?limit=2&cursor={cursor}" if cursor else "/api/v1/trash?limit=2"
        )
        body = page.json()
        seen += [row["title"] for row in body["stories"] + body["chapters"]]
        assert all(row["purge_at"] > row["trashed_at"] for row in body["stories"])
        cursor, pages = body["next_cursor"], pages + 1
    assert pages == 3
    assert sorted(seen) == sorted(
        [f"{kind} {n}" for kind in ("Story", "Chapter") for n in range(3)]
    )


CHAPTER_CALLS = [
    ("get", "", None),
    ("put", "", {"title": "Mine"}),
    ("patch", "", {"content": "Mine"}),
    ("delete", "", None),
    ("post", "/restore", None),
    ("get", "/versions", None),
    ("post", "/versions", {"content": "Mine", "reason": "conflict"}),
    ("get", "/versions/1", None),
    ("patch", "/versions/1", {"name": "Mine"}),
    ("post", "/versions/1/restore", None),
    ("get", "/diff?from=1&to=1", None),
]


@pytest.mark.parametrize(("method", "tail", "body"), CHAPTER_CALLS)
def test_only_the_owner_reaches_a_chapter(as_bob, anonymous, story, method, tail, body):
    chapter = make_chapter(story)
    stranger = send(as_bob, method, f"/chapters/{chapter.pk}{tail}", body)
    assert (stranger.status_code, stranger.json()["code"]) == (403, "permission_denied")
    nobody = send(anonymous, method, f"/chapters/{chapter.pk}{tail}", body)
    assert (nobody.status_code, nobody.json()["code"]) == (403, "not_authenticated")
    absent = send(as_bob, method, f"/chapters/{uuid.uuid4()}{tail}", body)
    assert absent.status_code == 404
    assert not ChapterVersion.objects.exists()


def test_reading_a_chapter_costs_the_same_in_a_long_story(as_alice, story):
    chapter = make_chapter(story, content=words(50))

    def count():
        with CaptureQueriesContext(connection) as queries:
            as_alice.get(f"/api/v1/chapters/{chapter.pk}")
        return len(queries)

    few = count()
    for number in range(10):
        make_chapter(story, f"Chapter {number}")
    assert count() == few <= 4
