"""Whatever replaces a chapter's text, what was there can be brought back to the byte."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from stories.models import ChapterVersion
from stories.services.chapters import restore_chapter
from stories.tests.builders import make_chapter, make_story, save, send, words
from stories.thinning import discard_recent, thin_histories

pytestmark = pytest.mark.django_db
WAS = words(300).replace("<p>", '<p data-b="a">') + '<p data-b="b">The end.</p>'
NEW = WAS.replace("The end.", "Another end.")
FORM = {"text": " ".join(f"word{number}" for number in range(300)) + "\n\nAnother end."}


@pytest.fixture
def chapter(alice):
    """A chapter of this moment: nothing of it is due for the version of every five minutes."""
    chapter = make_chapter(make_story(alice), content=words(3), at=timezone.now())
    make_chapter(chapter.story, "Two", "<p>next</p>", at=timezone.now())
    return chapter


def put(content=NEW, **more):
    return lambda client, chapter: save(client, chapter, content, **more)


def api(method, path, body=None, **headers):
    def act(client, chapter):
        values = fill(json.dumps(body or {}), chapter)
        names = {key.replace("_", "-"): fill(value, chapter) for key, value in headers.items()}
        return send(client, method, fill(path, chapter), values, **names)

    return act


def page(path, **fields):
    def act(client, chapter):
        values = {key: fill(value, chapter) for key, value in fields.items()}
        return client.post(fill(path, chapter), values)

    return act


def fill(value, chapter):
    """Put in what is only known once the chapter is there."""
    if not isinstance(value, str):
        return value
    after = chapter.story.chapters.exclude(pk=chapter.pk).get()
    first = chapter.versions.filter(revision=1).first()
    known = {
        "ID": chapter.pk,
        "STORY": chapter.story_id,
        "BASE": chapter.etag,
        "NEXT": after.pk,
        "NEXTBASE": after.etag,
        "FIRST": first and first.pk,
    }
    return re.sub(r"\{([A-Z]+)\}", lambda found: str(known[found[1]]), value)


def conflict(choice):
    """The form on a base that the head has left behind, and what its writer wants of both."""
    base = "1-00000000"
    return page("/chapters/{ID}/", **FORM, title="One", base=base, head="{BASE}", choice=choice)


ETAG = '"{BASE}"'
BASES = {"base_revision": "{BASE}", "next_base_revision": "{NEXTBASE}"}
PAGE_BASES = {"base": "{BASE}", "next_base": "{NEXTBASE}", "next_id": "{NEXT}"}
WORDS = {"find": "The end.", "replacement": "Another end."}
REPLACED = WORDS | {"chapters": [{"id": "{ID}", "base_revision": "{BASE}"}]}
# What the writer types over is there for ten minutes; all else for as long as saving.md says.
ROUTES = {
    "a save": (put(), "recent"),
    "a save that takes half away": (put(content="<p>Gone.</p>"), "big_cut"),
    "a save that restores": (put(cause="restored"), "replaced"),
    "a save that replaces": (put(cause="replaced"), "replaced"),
    "a save that imports": (put(cause="imported"), "replaced"),
    "the form": (page("/chapters/{ID}/", **FORM, title="One", base="{BASE}"), "recent"),
    "the form, joined": (conflict("merged"), "conflict"),
    "the form, mine": (conflict("mine"), "conflict"),
    "a program without a base": (api("patch", "/chapters/{ID}", {"content": NEW}), "replaced"),
    "a program": (api("patch", "/chapters/{ID}", {"content": NEW}, If_Match=ETAG), "replaced"),
    "a program's put": (api("put", "/chapters/{ID}", {"content": NEW}), "replaced"),
    "restoring by program": (api("post", "/chapters/{ID}/versions/1/restore"), "restore"),
    "restoring": (page("/chapters/{ID}/history/{FIRST}/restore/"), "restore"),
    "a split by program": (
        api("post", "/chapters/{ID}/split", {"at": 1, "base_revision": "{BASE}"}),
        "split",
    ),
    "a split": (page("/chapters/{ID}/split/", at=1, title="Half", base="{BASE}"), "split"),
    "a merge by program": (api("post", "/chapters/{ID}/merge-next", BASES), "merge"),
    "a merge": (page("/chapters/{ID}/merge/", **PAGE_BASES), "merge"),
    "find and replace by program": (api("post", "/stories/{STORY}/replace", REPLACED), "replace"),
    "find and replace": (
        page("/stories/{STORY}/replace/", **WORDS, seen="{ID}:{BASE}", apply="1"),
        "replace",
    ),
}


@pytest.mark.parametrize("route", ROUTES)
def test_what_was_there_is_kept(as_alice, chapter, route):
    act, reason = ROUTES[route]
    assert save(as_alice, chapter, WAS).status_code == 200
    chapter.refresh_from_db()
    answer = act(as_alice, chapter)
    assert answer.status_code in {200, 201, 302}, answer.content
    chapter.refresh_from_db()
    assert chapter.content_revision == 3 and chapter.content != WAS
    kept = ChapterVersion.objects.get(chapter=chapter, revision=2)
    assert (kept.content, kept.reason) == (WAS, reason)
    later = timezone.now() + timedelta(minutes=11)
    discard_recent(at=later)
    thin_histories(at=later)
    assert ChapterVersion.objects.filter(pk=kept.pk).exists() is (reason != "recent")


@pytest.mark.parametrize("is_page", [True, False])
def test_what_a_replacement_made_is_kept_when_it_is_taken_back(as_alice, chapter, is_page):
    assert save(as_alice, chapter, WAS).status_code == 200
    chapter.refresh_from_db()
    ROUTES["find and replace"][0](as_alice, chapter)
    path = f"/stories/{chapter.story_id}/replace/{chapter.story.replacements.get().pk}/undo"
    act = page(f"{path}/") if is_page else api("post", path)
    assert act(as_alice, chapter).status_code in {200, 302}
    chapter.refresh_from_db()
    assert chapter.content == WAS and chapter.content_revision == 4
    kept = ChapterVersion.objects.get(chapter=chapter, revision=3)
    assert (kept.content, kept.reason) == (NEW, "restore")


def test_a_merged_chapter_keeps_its_own_text_in_the_trash(as_alice, chapter):
    after = chapter.story.chapters.get(title="Two")
    assert api("post", "/chapters/{ID}/merge-next", BASES)(as_alice, chapter).status_code == 200
    assert restore_chapter(after, at=timezone.now()).content == "<p>next</p>"


def test_no_other_way_leads_to_a_chapters_text():
    """A new one belongs in ROUTES, with what it keeps."""
    known = {
        "stories/content_view.py",
        "stories/history.py",
        "stories/saving.py",
        "stories/services/chapters.py",
        "stories/services/division.py",
        "stories/services/replacing.py",
        "stories/services/rewriting.py",
        "nexus/pages/chapter.py",
        "nexus/pages/chapter_conflict.py",
        # The demo writer's own past, made up once.
        "analytics/demo/diary.py",
    }
    way = re.compile(r"\b(?:write|save)_content\(|UPDATE stories_chapter\b.*?\bcontent = ", re.S)
    base = Path(settings.BASE_DIR)
    files = [
        file
        for app in ("accounts", "analytics", "jobs", "nexus", "stories")
        for file in base.joinpath(app).rglob("*.py")
        if "tests" not in file.parts
    ]
    assert {str(file.relative_to(base)) for file in files if way.search(file.read_text())} <= known
