"""Every page can be used by everyone: axe finds nothing, in every theme, wide and narrow."""

from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.models import User
from analytics.models import WritingSession
from analytics.tests.builders import LONG_AGO
from analytics.tests.test_studio import session
from jobs.models import Job
from nexus.error_views import ALONE
from nexus.testing import require
from stories.anchors import Anchor
from stories.history import keep_conflict_copy
from stories.models import Replacement, Story, Tag
from stories.services.chapters import trash_chapter
from stories.services.comments import add_comment
from stories.services.notes import write_notes
from stories.services.shelves import create_series
from stories.services.stories import trash_story
from stories.services.targets import create_target, set_plan
from stories.tests.builders import make_chapter, make_story, save, words
from tests import desk
from tests.reaching import hard_to_reach

pytestmark = pytest.mark.browser

AXE = Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# A theme holds colours alone (static/css/tokens.css), so the other rules find the same in each.
COLOURS = ["color-contrast", "link-in-text-block"]
RUN = """async (rules) => {
  const type = rules[0].startsWith("wcag") ? "tag" : "rule";
  // Nothing plays here, so no rule needs to read the style sheets and films beforehand.
  const options = { runOnly: { type, values: rules }, resultTypes: ["violations"], preload: false };
  const { violations } = await axe.run(document, options);
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, any }) =>
      [id, help, target.join(" "), any[0]?.message ?? ""].join(" | ")));
}"""
# What lies far down gets its place once the page was painted twice.
PAINTED = """() =>
  new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)))
"""
# The new colours are there as soon as anyone asks for them and nothing moves. What is taken off the
# page while it moves is done, too.
WEAR = """async (theme) => {
  document.documentElement.dataset.theme = theme;
  await Promise.allSettled(document.getAnimations().map((motion) => motion.finished));
}"""
WRITERS_PAGES = {
    "desk": "/",
    "story": "/stories/{story}/",
    "edit": "/stories/{story}/edit/",
    "export": "/stories/{story}/export/",
    "cover": "/stories/{story}/cover/",
    "read": "/stories/{story}/read/",
    "editor": "/chapters/{chapter}/",
    "split": "/chapters/{chapter}/split/?at=2",
    "merge": "/chapters/{chapter}/merge/",
    "to another story": "/chapters/{chapter}/to-story/",
    "notes": "/chapters/{chapter}/notes/",
    "history": "/chapters/{chapter}/history/",
    "version": "/chapters/{chapter}/history/{version}/",
    "compare": "/chapters/{chapter}/compare/?from={version}&to=2",
    "statistics": "/stories/{story}/analytics/",
    "all statistics": "/analytics/?from_date={day}",
    "all years": "/analytics/lifetime/",
    "plan": "/stories/{story}/plan/",
    "day": "/days/{day}/",
    "targets": "/targets/",
    "target": "/stories/{story}/targets/new/",
    "import": "/import/",
    "imports": "/jobs/",
    "reading": "/jobs/{job}/",
    "search": "/search/?q=word1",
    "search without hits": "/search/?q=zebra",
    "find in the book": "/stories/{story}/search/?q=word1&whole=1",
    "replace": "/stories/{story}/replace/",
    "keys": "/keys/",
    "trash": "/trash/",
    "all series": "/series/",
    "series": "/series/{series}/",
    "tags": "/tags/?edit={tag}",
    "settings": "/settings/",
    "appearance": "/settings/appearance/",
    "editor settings": "/settings/editor/",
    "writing day": "/settings/day/",
    "notifications": "/settings/notifications/",
    "API tokens": "/settings/tokens/",
    "new story": "/stories/new/",
    "data": "/settings/data/",
    "deletion": "/settings/data/delete/",
    "leaving": "/settings/data/leaving/",
    "absent": "/nothing-here/",
}
VISITORS_PAGES = {
    "landing": "/",
    "sign in": "/accounts/login/",
    "sign up": "/accounts/signup/",
    "reset": "/accounts/password/reset/",
    "letter": "/accounts/confirm-email/",
    "used link": "/accounts/confirm-email/used/",
}
STAFF_PAGES = {"status": "/status/"}
# Django's own sheet around ours knows two themes.
ADMIN_PAGES = {
    "writing": "/admin/analytics/writingsession/dashboard/",
    "growth": "/admin/growth/",
    "administration": "/admin/",
}
# Made of the parts of those above: what colours do there in every theme, they do here.
LIKE_VISITORS_PAGES = {
    "no network": "/offline/",
    "used link to a password": "/accounts/password/reset/key/1-x/",
    "reset asked for": "/accounts/password/reset/done/",
    "new password": "/accounts/password/reset/key/done/",
    "closed account": "/accounts/inactive/",
}
LIKE_WRITERS_PAGES = {
    "target changed": "/targets/{target}/",
    "failed job": "/jobs/{failed}/",
    "devices": "/settings/devices/",
    "password": "/accounts/password/change/",
    "sign out": "/accounts/logout/",
}
LIKE_ADMIN_PAGES = {
    "writers": "/admin/accounts/user/",
    "writer": "/admin/accounts/user/{writer}/change/",
    "failed jobs": "/admin/jobs/job/?status__exact=failed",
}
REFUSALS = ("400", "403", "csrf", "410", "413", "429", "500", "503")
THEMES = ("light", "dark", "sepia", "contrast")
SIZES = [{"width": 1440, "height": 900}, {"width": 390, "height": 844}]


@pytest.fixture
def axe():
    return require(AXE.exists() and AXE, "axe-core (npm ci)").read_text()


@pytest.fixture
def places(alice, as_alice):
    """A desk with something of everything on it."""
    now, today = timezone.now(), timezone.now().date()
    story = make_story(alice, "The Lighthouse", synopsis="A keeper and a storm.", at=now)
    chapter = make_chapter(story, title="One", content=words(40), at=now, part_title="Part One")
    make_chapter(story, title="Two", content="", at=now)
    text = f"{words(60)}<hr>{words(5)}"
    assert save(as_alice, chapter, text, activity={"typed": 20}).status_code == 200
    span = {"from_date": today - timedelta(days=3), "to_date": today + timedelta(days=30)}
    for frequency in ("Daily", "Weekly"):
        create_target(story, quota=500, frequency=frequency, **span)
    set_plan(story, total_words=900, start_on=today, due_on=today + timedelta(days=30))
    make_story(alice, "Finished", status="Complete", at=now)
    trash_story(make_story(alice, "Put away", at=now), at=now)
    second = make_story(alice, "The Lamp", tags=["sea", "first draft"], at=now)
    series = create_series(alice, title="The Coast", stories=[story, second], at=now)
    trash_chapter(make_chapter(story, title="Put away", at=now), at=now)
    found = {
        "title": "Emma",
        "author": "",
        "format": "epub",
        "word_count": 3,
        "story": None,
        "chapters": [{"title": "One", "part_title": "Part", "words": 3}],
        "omitted": [{"title": "Cover", "reason": "no text", "words": 0}],
        "notes": [],
    }
    job = Job.objects.create(
        owner=alice, kind="import.read", title="emma.epub", status="done", result=found
    )
    failed = Job.objects.create(
        owner=alice, kind="import.read", title="b.epub", status="failed", error="No."
    )
    Job.objects.create(
        owner=alice,
        kind="account.export",
        title="Everything of yours",
        status="done",
        result={"bytes": 5_000_000},
        upload="exports/x.zip",
        finished_at=now,
    )
    for quote, text in (("word3 word4", "Which one?"), ("never written", "Gone.")):
        add_comment(chapter, text=text, anchor=Anchor(quote), at=now)
    write_notes(chapter, synopsis="He waits.", notes="Look this up.", at=now)
    kept = keep_conflict_copy(chapter, content=words(70), by=alice, at=now)
    return {
        "story": story.pk,
        "chapter": chapter.pk,
        "version": kept.id,
        "job": job.pk,
        "failed": failed.pk,
        "target": story.targets.first().pk,
        "series": series.pk,
        "tag": Tag.objects.get(key="sea").pk,
        "day": today.isoformat(),
    }


@pytest.fixture
def crowd(db):
    """Writers enough to be told of, on days long over; one day had too few."""
    last = timezone.now().date() - timedelta(days=3)
    people = [User.objects.create_user(f"w{n}@example.com", created_at=LONG_AGO) for n in range(6)]
    WritingSession.objects.bulk_create(
        session(one, last - timedelta(days=back), pasted=3, removed=2)
        for place, one in enumerate(people)
        for back in range(100)
        if place < 4 or back != 5
    )


def barriers(page, axe, addresses, themes):
    """Return what axe finds on each page, in each theme and size."""
    found = []
    for name, address in addresses.items():
        page.goto(address)
        if name == "editor":
            desk.open_editor(page)
        # What it says stands there once the device's storage has been looked at.
        if name == "no network":
            page.get_by_role("heading", level=1).wait_for()
        page.evaluate(axe)
        for size in SIZES:
            page.set_viewport_size(size)
            found += worn(page, f"{name}, {size['width']} px", themes)
        # Django's own sheet around ours knows nothing of fingers.
        found += hard_to_reach(page, name) if themes == THEMES else []
    return found


def worn(page, name, themes=THEMES):
    """Return what all rules find in the first theme, and those about colours in the others."""
    found = []
    page.evaluate(PAINTED)
    for theme in themes:
        page.evaluate(WEAR, theme)
        rules = RULES if theme == themes[0] else COLOURS
        found += [f"{name}, {theme}: {barrier}" for barrier in page.evaluate(RUN, rules)]
    return found


def nothing_in_the_way(found):
    assert found == [], "\n".join(found)


def look(browser, site, axe, addresses, client=None, themes=THEMES):
    # The policy of the pages would refuse axe; a still page has no colours in between.
    options = {"bypass_csp": True, "reduced_motion": "reduce", "base_url": site.url}
    with desk.window(browser, site, client, **options) as context:
        return barriers(context.new_page(), axe, addresses, themes)


def test_visitors_pages_have_no_barriers(browser, live_site, axe):
    nothing_in_the_way(look(browser, live_site, axe, VISITORS_PAGES))


@pytest.mark.parametrize("part", [0, 1], ids=["first half", "second half"])
def test_writers_pages_have_no_barriers(browser, live_site, axe, places, as_alice, part):
    some = dict(list(WRITERS_PAGES.items())[part::2])
    addresses = {name: address.format(**places) for name, address in some.items()}
    nothing_in_the_way(look(browser, live_site, axe, addresses, as_alice))


@pytest.mark.usefixtures("crowd")
def test_staffs_pages_have_no_barriers(browser, live_site, axe, as_carol):
    nothing_in_the_way(look(browser, live_site, axe, STAFF_PAGES, as_carol))
    themes = THEMES[:2]
    nothing_in_the_way(look(browser, live_site, axe, ADMIN_PAGES, as_carol, themes))


def test_pages_made_of_the_same_parts_have_no_barriers(
    browser, live_site, axe, places, as_alice, as_carol, alice
):
    writers = {name: path.format(**places) for name, path in LIKE_WRITERS_PAGES.items()}
    admins = {name: path.format(writer=alice.pk) for name, path in LIKE_ADMIN_PAGES.items()}
    found = look(browser, live_site, axe, LIKE_VISITORS_PAGES, themes=THEMES[:1])
    found += look(browser, live_site, axe, writers, as_alice, THEMES[:1])
    nothing_in_the_way(found + look(browser, live_site, axe, admins, as_carol, THEMES[:2]))


def test_the_apis_document_has_no_barriers(browser, live_site, axe):
    with desk.window(browser, live_site, bypass_csp=True, reduced_motion="reduce") as context:
        page = context.new_page()
        page.goto(f"{live_site.url}/api/docs")
        page.locator(".opblock-summary-control").first.click()
        page.locator(".opblock-body .microlight").first.wait_for()
        page.evaluate(axe)
        nothing_in_the_way(worn(page, "API"))


def test_refusals_have_no_barriers(browser, live_site, axe, rf):
    request = rf.get("/")
    request.user = AnonymousUser()
    context = {"request_id": "0199f3a1"}
    with desk.window(browser, live_site, bypass_csp=True, base_url=live_site.url) as window:
        page, found = window.new_page(), []
        for name in REFUSALS:
            alone = name.isdecimal() and int(name) in ALONE
            text = render_to_string(f"errors/{name}.html", context, None if alone else request)
            page.route(f"**/refused-{name}", partial(fulfil, text))
            found += barriers(page, axe, {name: f"/refused-{name}"}, THEMES[:1])
    nothing_in_the_way(found)


def fulfil(body, route):
    route.fulfill(body=body, content_type="text/html; charset=utf-8")


def test_palette_and_keys_have_no_barriers(browser, live_site, axe, places, as_alice):
    options = {"bypass_csp": True, "reduced_motion": "reduce", "base_url": live_site.url}
    found = []
    with desk.window(browser, live_site, as_alice, **options) as context:
        page = context.new_page()
        page.goto("/trash/")
        page.wait_for_selector("nx-palette:defined", state="attached")
        page.evaluate(axe)
        for key in ("Control+k", "?"):
            page.keyboard.press(key)
            if key != "?":
                page.keyboard.type("word1")
                page.get_by_role("option", name="One").first.wait_for()
            found += worn(page, key)
            page.keyboard.press("Escape")
    nothing_in_the_way(found)


def test_places_to_replace_and_the_bar_have_no_barriers(
    browser, live_site, axe, places, as_alice, alice
):
    story = Story.objects.get(pk=places["story"])
    step = {"find": "one", "replacement": "two", "count": 1, "steps": []}
    Replacement.objects.create(story=story, **step)
    options = {"bypass_csp": True, "reduced_motion": "reduce", "base_url": live_site.url}
    found = []
    with desk.window(browser, live_site, as_alice, **options) as context:
        page = context.new_page()
        page.goto(f"/stories/{story.pk}/replace/")
        page.get_by_label("Find", exact=True).fill("word1")
        page.get_by_label("Replace with").fill("word one")
        page.get_by_role("button", name="Show every place").click()
        page.locator("[name=take]").first.uncheck()
        found += in_every_theme(page, axe, "places")
        page.goto(f"/chapters/{places['chapter']}/")
        desk.open_editor(page)
        page.keyboard.press("Control+f")
        page.keyboard.type("word1")
        page.locator(".found--here").wait_for()
        found += in_every_theme(page, axe, "bar")
        page.keyboard.press("Escape")
        page.locator(".editor__fold--panel > summary").click()
        page.locator(".comment--lost .comment__lost").wait_for()
        found += in_every_theme(page, axe, "panel")
    nothing_in_the_way(found)


def in_every_theme(page, axe, name):
    page.evaluate(axe)
    found = []
    for size in SIZES:
        page.set_viewport_size(size)
        found += worn(page, f"{name}, {size['width']} px")
    return found
