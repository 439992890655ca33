"""Page, API and ledger say the same number, to the word."""

import html
import re

import pytest
from django.utils import timezone

from analytics.models import WritingSession
from analytics.words import ADDED, TAKEN
from stories.tests.builders import make_chapter, make_story, save, words

STEPS = [
    (40, {"typed": 40}),
    (90, {"typed": 30, "pasted": 20}),
    (70, {"removed": 25, "typed": 5}),
    (75, {"restored": 5}),
    (60, {"undone": 15}),
    (61, {"typed": 500}),
    (0, None),
]


@pytest.fixture
def story(alice, as_alice):
    """Two chapters written in seven saves each: every cause, a false claim and none at all."""
    now = timezone.now()
    story = make_story(alice, at=now)
    for title in ("One", "Two"):
        chapter = make_chapter(story, title=title, content="", at=now)
        for count, activity in STEPS:
            body = {} if activity is None else {"activity": activity}
            content = words(count) if count else ""
            assert save(as_alice, chapter, content, **body).status_code == 200
            chapter.refresh_from_db()
    make_chapter(story, title="Imported", content=words(300), source="import", at=now)
    return story


def ledger(user):
    rows = WritingSession.objects.visible_to(user)
    return {
        "written": sum(row.typed + row.applied for row in rows),
        "net": sum(row.net for row in rows),
        "removed": sum(row.removed for row in rows),
        "added": sum(getattr(row, cause) for row in rows for cause in ADDED),
        "taken": sum(getattr(row, cause) for row in rows for cause in TAKEN),
    }


def test_api_page_and_sessions_agree_to_the_word(as_alice, alice, story):
    told = ledger(alice)
    assert told["net"] == told["added"] - told["taken"] == 300

    report = as_alice.get(f"/api/v1/stories/{story.pk}/analytics").json()
    kpis, rows = report["kpis"], report["words_over_time"]
    assert (kpis["total_words"], kpis["net_words"]) == (told["written"], told["net"])
    assert kpis["removed_words"] == told["removed"]
    assert sum(row["total_words"] for row in rows) == told["written"]
    assert sum(row["net_words"] for row in rows) == told["net"]
    for frequency in ("Weekly", "Monthly"):
        query = {"frequency": frequency}
        wider = as_alice.get(f"/api/v1/stories/{story.pk}/analytics", query).json()
        assert wider["kpis"]["total_words"] == told["written"]

    sessions = as_alice.get("/api/v1/sessions", {"limit": "100"}).json()["sessions"]
    assert sum(session["words_written"] for session in sessions) == told["written"]
    assert sum(session["net_words"] for session in sessions) == told["net"]
    today = alice.day_of(timezone.now()).isoformat()
    day = as_alice.get(f"/api/v1/days/{today}").json()
    dashboard = as_alice.get("/api/v1/me/dashboard").json()
    assert day["words"] == dashboard["today"]["words"] == told["written"]

    assert shown_on(as_alice, f"/stories/{story.pk}/analytics/") >= {told["written"]}
    assert told["written"] in shown_on(as_alice, f"/days/{today}/")
    assert told["written"] in shown_on(as_alice, "/")
    assert drawn_on(as_alice, f"/stories/{story.pk}/analytics/") == told["written"]


def text_of(client, address):
    page = client.get(address).content.decode()
    return html.unescape(re.sub(r"<[^>]+>", " ", page))


def shown_on(client, address):
    """Return every whole number a page shows."""
    return {int(n.replace(",", "")) for n in re.findall(r"\d[\d,]*", text_of(client, address))}


def drawn_on(client, address):
    """Return the words of the bars of the last 30 days, as their table gives them."""
    chart = client.get(address).context["month"]
    table = chart["rows"] if isinstance(chart, dict) else chart.rows
    return sum(int(re.sub(r"\D", "", str(row[1])) or 0) for row in table)
