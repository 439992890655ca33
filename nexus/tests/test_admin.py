"""Staff see that there is work, and never the work; a writer does not find the door."""

import re

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Session, User
from analytics.models import WritingSession
from jobs.models import Job
from jobs.services import enqueue_job
from nexus.lib import effects
from stories.models import Story
from stories.services.chapters import create_chapter
from stories.services.stories import create_story
from stories.tests.builders import make_story

pytestmark = pytest.mark.django_db
PROSE, SYNOPSIS, SECRET = "canaryprose", "canarysynopsis", "canaryparameter"
LISTS = (
    "/admin/",
    "/admin/accounts/user/",
    "/admin/accounts/session/",
    "/admin/stories/story/",
    "/admin/analytics/writingsession/",
    "/admin/analytics/writingsession/dashboard/",
    "/admin/jobs/job/",
    "/admin/growth/",
)


@pytest.fixture
def work(alice):
    """Alice's story, written a moment ago, and a job of hers."""
    at = timezone.now()
    story = create_story(alice, title="Emma", synopsis=SYNOPSIS, at=at)
    create_chapter(
        story, by=alice, title="One", content=f"<p>{PROSE} it is</p>", source="editor", at=at
    )
    enqueue_job(alice, kind="import.read", title="emma.md", parameters={"filename": SECRET})
    return story


def pages(alice):
    """Return every address of the admin that shows one of her rows."""
    models = {"accounts/user": alice, "stories/story": Story.objects.get()}
    models |= {"jobs/job": Job.objects.get()}
    models |= {"analytics/writingsession": WritingSession.objects.get()}
    for name, row in models.items():
        yield f"/admin/{name}/{row.pk}/change/"
        yield f"/admin/{name}/{row.pk}/history/"


def test_every_page_of_the_admin_opens_and_none_shows_a_word(as_carol, alice, work):
    for path in [*LISTS, *pages(alice)]:
        with CaptureQueriesContext(connection) as queries:
            answer = as_carol.get(path)
        assert answer.status_code == 200, path
        shown = answer.content.decode()
        for canary in (PROSE, SYNOPSIS, SECRET):
            assert canary not in shown, path
        for query in queries:
            for column in ('"content"', '"text"', '"synopsis"', '"parameters"', '"result"'):
                named = column in query["sql"] and "SELECT COUNT" not in query["sql"]
                assert not named, (path, query["sql"])


@pytest.mark.parametrize("model", ["stories/story", "analytics/writingsession", "jobs/job"])
@pytest.mark.parametrize("word", [PROSE, SYNOPSIS, SECRET])
def test_no_search_reaches_into_the_work(as_carol, work, model, word):
    found = as_carol.get(f"/admin/{model}/", {"q": word}).context["cl"]
    assert found.result_count == 0


@pytest.mark.parametrize(
    "address",
    [
        "stories/story/?chapters__content__contains=c",
        "stories/story/?synopsis__contains=c",
        "analytics/writingsession/?chapter__content__contains=c",
        "jobs/job/?parameters__filename__contains=c",
        "accounts/user/?stories__synopsis__contains=c",
        "accounts/user/?password__startswith=a",
        "accounts/user/?sessions__session_key__startswith=a",
        "accounts/user/?api_tokens__id__startswith=a",
        "accounts/session/?session_key__startswith=a",
        "accounts/session/?user__password__startswith=a",
        "stories/story/?owner__password__startswith=a",
        "stories/story/?owner__sessions__session_key__startswith=a",
        "analytics/writingsession/?user__password__startswith=a",
        "jobs/job/?owner__password__startswith=a",
    ],
)
def test_no_condition_in_the_address_reaches_into_the_work(as_carol, work, address):
    assert as_carol.get(f"/admin/{address}").status_code == 400


@pytest.mark.parametrize(
    "address",
    [
        "accounts/user/?role__exact=user&is_active__exact=1",
        "stories/story/?status__exact=draft&trashed_at__isempty=1",
        "analytics/writingsession/?day__gte=2020-01-01&source__exact=editor",
        "jobs/job/?status__exact=queued&kind=import.read",
    ],
)
def test_the_filters_beside_the_lists_work(as_carol, work, address):
    assert as_carol.get(f"/admin/{address}").context["cl"].has_filters


def test_neither_chapters_nor_versions_are_in_the_admin():
    registered = {model.__name__ for model in admin.site._registry}
    assert registered == {"User", "Session", "Story", "WritingSession", "Job"}


def test_no_account_is_deleted_by_staff(as_carol, alice, work):
    url = f"/admin/accounts/user/{alice.pk}/delete/"
    assert as_carol.post(url, {"post": "yes"}).status_code == 403
    act(as_carol, "accounts/user", "delete_selected", alice)
    assert User.objects.filter(pk=alice.pk).exists()


@pytest.mark.parametrize("model", ["stories/story", "analytics/writingsession"])
def test_work_can_be_neither_added_nor_changed_nor_deleted(as_carol, alice, work, model):
    row = {"stories/story": Story, "analytics/writingsession": WritingSession}[model]
    url = f"/admin/{model}/{row.objects.get().pk}"
    assert as_carol.get(f"/admin/{model}/add/").status_code == 403
    assert as_carol.post(f"{url}/change/", {"title": "Mine"}).status_code == 403
    assert as_carol.post(f"{url}/delete/", {"post": "yes"}).status_code == 403
    assert Story.objects.get().title == "Emma"


def test_the_lists_cost_the_same_for_many_rows(as_carol, alice):
    def costs():
        for path in LISTS[1:]:
            with CaptureQueriesContext(connection) as queries:
                as_carol.get(path)
            yield path, len(queries)

    def add(number):
        writer = User.objects.create_user(f"w{number}@example.com", "x", username=f"W{number}")
        story = create_story(writer, title="Book", at=timezone.now())
        create_chapter(
            story, by=writer, title="1", content="<p>a</p>", source="editor", at=timezone.now()
        )
        enqueue_job(writer, kind="import.read")

    add(0)
    few = dict(costs())
    for number in range(1, 8):
        add(number)
    assert dict(costs()) == few


# --- Who gets in -------------------------------------------------------------------


@pytest.mark.parametrize("path", LISTS)
def test_a_visitor_is_sent_to_the_one_place_to_sign_in(client, db, path):
    answer = client.get(path, follow=True)
    assert answer.redirect_chain[-1][0].startswith("/accounts/login/?next=/admin/")


@pytest.mark.parametrize("path", LISTS)
def test_a_writer_finds_nothing(as_alice, path):
    assert as_alice.get(path, follow=True).status_code == 404


def test_the_door_never_leads_off_the_site(client, db):
    assert "evil" not in client.get("/admin/login/?next=https://evil.example/").url


def test_staff_come_back_to_the_admin_after_signing_in(client, carol):
    form = {"login": carol.email, "password": "carol-keeps-house", "next": "/admin/"}
    assert client.post("/accounts/login/", form).url == "/admin/"
    assert client.get("/admin/login/").url == "/admin/"


# --- What staff can do ----------------------------------------------------------------


def act(client, model, action, *rows):
    chosen = {"action": action, "_selected_action": [str(row.pk) for row in rows]}
    return client.post(f"/admin/{model}/", chosen, follow=True)


def test_disabling_a_writer_ends_her_sessions(as_carol, as_alice, alice):
    act(as_carol, "accounts/user", "disable", alice)
    alice.refresh_from_db()
    assert not alice.is_active and not Session.objects.filter(user=alice).exists()
    assert as_alice.get("/settings/").status_code == 302
    act(as_carol, "accounts/user", "enable", alice)
    alice.refresh_from_db()
    assert alice.is_active


def test_staff_find_a_writer_by_a_part_of_her_email(as_carol, alice, bob):
    page = as_carol.get("/admin/accounts/user/?q=alice%40exam").content.decode()
    assert alice.email in page and bob.email not in page


def test_staff_write_again_to_whoever_has_not_confirmed(
    as_carol, alice, bob, mailoutbox, django_capture_on_commit_callbacks
):
    User.objects.filter(pk__in=[alice.pk, bob.pk]).update(is_verified=False)
    User.objects.filter(pk=bob.pk).update(is_active=False)
    with django_capture_on_commit_callbacks(execute=True):
        answer = act(as_carol, "accounts/user", "send_letter", alice)
    assert effects.drain(20)
    assert [letter.to for letter in mailoutbox] == [[alice.email]]
    assert "1 letter sent." in answer.content.decode()
    answer = act(as_carol, "accounts/user", "send_letter", bob)
    User.objects.filter(pk=alice.pk).update(is_verified=True)
    again = act(as_carol, "accounts/user", "send_letter", alice)
    assert f"No letter to {bob.email}: disabled" in answer.content.decode()
    assert f"No letter to {alice.email}: confirmed already" in again.content.decode()
    assert len(mailoutbox) == 1


def test_the_first_page_leads_to_what_a_host_does_daily(as_carol, alice, work):
    page = as_carol.get("/admin/").content.decode()
    found = re.findall(r'href="(/admin/[^"]+__exact=[^"]+)"', page)
    assert len(found) == 4 and 'action="/admin/accounts/user/"' in page
    Job.objects.update(status="failed")
    User.objects.filter(pk=alice.pk).update(is_verified=False)
    shown = {address: as_carol.get(address).content.decode() for address in found}
    has_row = {name: 'name="_selected_action"' in shown[name] for name in found}
    assert [has_row[name] for name in found] == [True, False, True, False]


def test_the_page_of_a_writer_says_on_how_many_devices_she_is(as_carol, as_alice, alice):
    page = as_carol.get(f"/admin/accounts/user/{alice.pk}/change/").content.decode()
    assert "1 device, last here" in page
    Session.objects.filter(user=alice).delete()
    page = as_carol.get(f"/admin/accounts/user/{alice.pk}/change/").content.decode()
    assert "no device" in page


def test_nobody_disables_herself(as_carol, carol):
    act(as_carol, "accounts/user", "disable", carol)
    carol.refresh_from_db()
    assert carol.is_active


def test_sessions_can_be_ended_one_by_one(as_carol, as_alice, alice):
    row = Session.objects.get(user=alice)
    page = as_carol.get("/admin/accounts/session/").content.decode()
    assert alice.email in page or alice.username in page
    act(as_carol, "accounts/user", "end_sessions", alice)
    assert not Session.objects.filter(pk=row.pk).exists()


def test_no_page_shows_the_key_of_a_session(as_carol, as_alice):
    key = as_alice.cookies["session_id"].value
    for path in LISTS:
        assert key not in as_carol.get(path).content.decode()


def test_staff_make_an_account_that_can_sign_in(as_carol, client, alice):
    form = {
        "email": "New@Example.com",
        "username": "Alice",
        "password1": "a-long-enough-one",
        "password2": "a-long-enough-one",
    }
    assert as_carol.post("/admin/accounts/user/add/", form).status_code == 302
    made = {"login": "new@example.com", "password": "a-long-enough-one"}
    assert client.post("/accounts/login/", made).status_code == 302


def test_staff_change_an_account(as_carol, alice):
    form = {
        "email": "alice2@example.com",
        "username": "Alice",
        "role": "user",
        "is_active": "on",
        "is_verified": "on",
        "time_zone": "UTC",
        "day_end_hour": "0",
        "week_start": "1",
    }
    answer = as_carol.post(f"/admin/accounts/user/{alice.pk}/change/", form)
    assert answer.status_code == 302, answer.context["adminform"].errors
    alice.refresh_from_db()
    assert alice.email == "alice2@example.com"
    assert alice.emailaddress_set.get().email == "alice2@example.com"


def test_staff_can_try_a_failed_job_again(as_carol, work):
    Job.objects.update(status="failed")
    act(as_carol, "jobs/job", "retry", Job.objects.get())
    assert Job.objects.get().status == "queued"


def test_staff_are_offered_no_door_to_a_writers_story(as_carol, alice):
    story = make_story(alice)
    page = as_carol.get(f"/admin/stories/story/{story.pk}/change/")
    assert page.status_code == 200
    assert story.title in page.text
    assert "View on site" not in page.text
