"""Whatever a writer types is shown as text: a corpus of scripts in every field, on every page.

Cleaning has its own tests (`stories/tests/test_text.py`), and so have imports and exports by format
(`test_import_hostile.py`, `test_exporting.py`); here the corpus goes in by the doors of writers and
every page, staff's included, is read as a browser's parser reads it.
"""

import io
import zipfile
from html.parser import HTMLParser

import pytest
from django.utils import timezone

from accounts.models import User
from analytics.resting import declare_rest
from jobs.models import Job
from stories.exporting.book import Chapter as WrittenChapter
from stories.exporting.formats import FORMATS
from stories.models import Chapter, Story, Tag
from stories.services.shelves import create_series
from stories.services.targets import create_target, set_plan
from stories.tests.builders import make_chapter, make_story, save, send
from stories.tests.test_exporting import book, no_tick
from tests.security.test_strangers import PAGES, admin_pages, filled

CORPUS = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</title></textarea></style><svg onload=alert(1)>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<a href='java&#10;script:alert(1)'>x</a>",
    "<a href=' javascript:alert(1)'>x</a>",
    "<math><mi xlink:href='data:x,<script>alert(1)</script>'>",
    "<p style='background:url(javascript:alert(1))' onclick=alert(1)>x</p>",
    "<form action=//evil.example><button formaction=javascript:alert(1)>x",
    "<base href=//evil.example><meta http-equiv=refresh content=0;url=//evil.example>",
    "{{ 7|add:7 }}{% debug %}${alert(1)}",
    "<!--><script>alert(1)</script>-->",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "\u2028<scr\u0000ipt>alert(1)</scr\u0000ipt>",
]
ADDRESSES = {"href", "src", "action", "formaction", "srcdoc", "xlink:href", "data", "poster"}
OURS = ("/static/", "/admin/jsi18n/")
NEVER = {"iframe", "object", "embed", "base", "math", "applet", "frame"}


class Reader(HTMLParser):
    """Notes what a browser would run or load from elsewhere."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        given = {name: value or "" for name, value in attributes}
        of_data = given.get("type") in {"application/json", "speculationrules"}
        if tag == "script" and not of_data and not given.get("src", "").startswith(OURS):
            self.found.append((tag, given))
        if tag in NEVER or any(name.startswith("on") or name == "style" for name in given):
            self.found.append((tag, given))
        for name in ADDRESSES & given.keys():
            address = "".join(given[name].split()).lower()
            if address.startswith(("javascript:", "data:text", "vbscript:", "//", "x")):
                self.found.append((tag, given))
        if tag == "meta" and given.get("http-equiv", "").lower() == "refresh":
            self.found.append((tag, given))


def scripts_in(text):
    reader = Reader()
    reader.feed(text)
    return reader.found


def test_the_reader_finds_what_the_corpus_would_do():
    # Templates, attributes and comments that this parser reads otherwise than browsers do.
    seen = [
        text
        for text in CORPUS
        if "{{" not in text and text[0] in '<"' and not text.startswith(("<!-->", "<noscript"))
    ]
    for text in seen:
        assert scripts_in(f"<p>{text}</p>"), text


@pytest.fixture
def smuggled(alice, as_alice):
    """A story, chapters and all that hangs on them, the corpus in every field."""
    now, today = timezone.now(), timezone.now().date()
    long = " ".join(CORPUS)
    User.objects.filter(pk=alice.pk).update(username=CORPUS[3][:60])
    clean = [text.replace("\u0000", "") for text in CORPUS]
    story = make_story(
        alice, clean[0], synopsis=long, genre=clean[3][:80], tags=[text[:40] for text in clean[3:6]]
    )
    others = [make_story(alice, f"{text} {number}") for number, text in enumerate(clean[1:5])]
    chapters = []
    for number, text in enumerate(clean):
        chapter = make_chapter(
            story, title=f"{text} {number}", content=f"<p>word</p>{CORPUS[number]}"
        )
        assert save(as_alice, chapter, f"<p>word {text}</p>{long}").status_code == 200
        facts = {"part_title": text, "synopsis": text, "notes": long, "published": True}
        assert send(as_alice, "patch", f"/chapters/{chapter.pk}", facts).status_code == 200
        comment = {
            "text": long,
            "anchor": {"quote": "word", "prefix": text[:64], "suffix": text[:64]},
        }
        answer = send(as_alice, "post", f"/chapters/{chapter.pk}/comments", comment)
        assert answer.status_code == 201, answer.content
        chapters.append(chapter)
    step = {"find": "word", "replacement": clean[3], "take": "all"}
    send(as_alice, "post", f"/stories/{story.pk}/replace/preview", step)
    series = create_series(alice, title=clean[0], stories=[story, *others], at=now)
    target = create_target(story, quota=7, frequency="Daily", from_date=today, to_date=today)
    rest = declare_rest(alice, from_date=today, note=clean[3], today=today)
    set_plan(story, total_words=9, start_on=today, due_on=today)
    facts = {
        "kind": "import.read",
        "title": clean[3],
        "error": " ".join(clean)[:500],
        "status": "failed",
    }
    job = Job.objects.create(owner=alice, **facts)
    version = chapters[0].versions.order_by("-pk").first()
    return {
        "story_id": story.pk,
        "chapter_id": chapters[0].pk,
        "comment_id": chapters[0].comments.first().pk,
        "series_id": series.pk,
        "tag_id": Tag.objects.filter(owner=alice).first().pk,
        "target_id": target.pk,
        "rest_id": rest.pk,
        "job_id": job.pk,
        "version_id": version.pk if version else story.pk,
        "replacement_id": story.pk,
        "token_id": story.pk,
        "session_id": story.pk,
        "day": today.isoformat(),
    }


def html_of(answer):
    is_page = answer.headers.get("Content-Type", "").startswith("text/html")
    return "" if answer.streaming or not is_page else answer.content.decode()


def test_no_page_runs_what_was_typed(smuggled, as_alice, as_carol):
    shown = 0
    for page in ["", *PAGES, "search/?q=word", "search/?q=alert", "api/docs"]:
        answer = as_alice.get(filled(page, smuggled), follow=True)
        text = html_of(answer)
        assert not scripts_in(text), (page, scripts_in(text))
        shown += "alert(1)" in text
    # Pages that showed the corpus: a page that shows nothing proves nothing.
    assert shown >= 20
    ids = [Story.objects.first().pk, Chapter.objects.first().pk, Job.objects.first().pk]
    for page in admin_pages():
        for own in ids:
            address = "/" + page.replace("<path:object_id>", str(own))
            if "<" not in address:
                text = html_of(as_carol.get(address, follow=True))
                assert not scripts_in(text), (page, scripts_in(text))


def test_no_answer_of_the_browsable_api_runs_it(smuggled, as_alice):
    for path in ("/stories", f"/stories/{smuggled['story_id']}", "/trash", "/search?q=alert"):
        text = html_of(send(as_alice, "get", path, Accept="text/html"))
        # Its own scripts and styles are held back by the policy; nothing typed may be among them.
        assert text and not [one for one in scripts_in(text) if "alert(1)" in str(one)], path


@pytest.mark.parametrize("format", ["html", "epub"])
def test_no_file_runs_it(format):
    chapters = [
        WrittenChapter(number, text, text, f"<p>word</p>{text}")
        for number, text in enumerate(CORPUS, start=1)
    ]
    for title in CORPUS:
        target = io.BytesIO()
        FORMATS[format].write(book(chapters, title=title), target, no_tick)
        for text in pages_of(target.getvalue()):
            assert not [one for one in scripts_in(text) if "alert(1)" in str(one)], title
            assert "<script" not in text


def pages_of(raw):
    if not zipfile.is_zipfile(io.BytesIO(raw)):
        return [raw.decode()]
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        names = [name for name in archive.namelist() if name.endswith((".xhtml", ".html", ".opf"))]
        return [archive.read(name).decode() for name in names]
