"""A role decides what somebody may do in the admin: nothing, look, or run the studio."""

import logging
import threading

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts import roles
from accounts.models import Session, User
from analytics.models import WritingSession
from jobs.models import Job
from jobs.services import enqueue_job
from nexus.lib.errors import Conflict, Forbidden
from stories.services.chapters import create_chapter
from stories.services.stories import create_story

pytestmark = pytest.mark.django_db
PROSE = "canaryprose"


@pytest.fixture
def mary(db):
    return User.objects.create_user("mary@example.com", "x", username="Mary", role="moderator")


@pytest.fixture
def rows(alice):
    """One of Alice's rows of each kind that the admin shows, by its address."""
    at = timezone.now()
    story = create_story(alice, title="Emma", synopsis=PROSE, at=at)
    create_chapter(story, by=alice, title="One", content=f"<p>{PROSE}</p>", source="editor", at=at)
    enqueue_job(alice, kind="import.read", title="emma.md", parameters={"filename": PROSE})
    return {
        "accounts/user": alice.pk,
        "stories/story": story.pk,
        "jobs/job": Job.objects.get().pk,
        "analytics/writingsession": WritingSession.objects.get().pk,
    }


def form_of(user, **changes):
    form = {
        "email": user.email,
        "username": user.username,
        "role": user.role,
        "is_active": "on",
        "is_verified": "on",
        "time_zone": "UTC",
        "day_end_hour": "0",
        "week_start": "1",
    }
    return {name: value for name, value in (form | changes).items() if value is not None}


def act(client, action, *users):
    chosen = {"action": action, "_selected_action": [str(user.pk) for user in users]}
    return client.post("/admin/accounts/user/", chosen)


def change(client, user, **changes):
    return client.post(f"/admin/accounts/user/{user.pk}/change/", form_of(user, **changes))


# --- Role × page × method ---------------------------------------------------------------

# What a moderator and an administrator get; a writer and a visitor are sent to the door.
TABLE = [
    ("get", "", 200, 200),
    ("get", "accounts/", 200, 200),
    ("get", "stories/", 200, 200),
    ("get", "jobs/", 200, 200),
    ("get", "analytics/", 404, 200),
    ("get", "accounts/user/", 200, 200),
    ("get", "accounts/user/add/", 403, 200),
    ("post", "accounts/user/add/", 403, 200),
    ("get", "accounts/user/{accounts/user}/change/", 200, 200),
    ("post", "accounts/user/{accounts/user}/change/", 403, 200),
    ("get", "accounts/user/{accounts/user}/history/", 200, 200),
    ("get", "accounts/user/{accounts/user}/password/", 403, 200),
    ("post", "accounts/user/{accounts/user}/password/", 403, 200),
    ("get", "accounts/user/{accounts/user}/delete/", 403, 403),
    ("post", "accounts/user/{accounts/user}/delete/", 403, 403),
    ("get", "accounts/session/", 403, 200),
    ("get", "accounts/session/add/", 403, 403),
    ("get", "stories/story/", 200, 200),
    ("get", "stories/story/add/", 403, 403),
    ("get", "stories/story/{stories/story}/change/", 200, 200),
    ("post", "stories/story/{stories/story}/change/", 403, 403),
    ("post", "stories/story/{stories/story}/delete/", 403, 403),
    ("get", "jobs/job/", 200, 200),
    ("get", "jobs/job/add/", 403, 403),
    ("get", "jobs/job/{jobs/job}/change/", 200, 200),
    ("post", "jobs/job/{jobs/job}/change/", 403, 302),
    ("post", "jobs/job/{jobs/job}/delete/", 403, 302),
    ("get", "analytics/writingsession/", 403, 200),
    ("get", "analytics/writingsession/{analytics/writingsession}/change/", 403, 200),
    ("get", "analytics/writingsession/dashboard/", 403, 200),
]
IDS = [f"{method} {address}" for method, address, _moderator, _admin in TABLE]


def ask(client, method, address, rows):
    body = {"post": "yes"} if address.endswith("delete/") else {}
    return getattr(client, method)("/admin/" + address.format(**rows), body)


@pytest.mark.parametrize(("method", "address", "moderator", "administrator"), TABLE, ids=IDS)
def test_each_role_gets_what_it_was_given(
    signed_in, bob, mary, carol, rows, method, address, moderator, administrator
):
    assert ask(signed_in(bob), method, address, rows).status_code == 302
    answer = ask(signed_in(mary), method, address, rows)
    assert answer.status_code == moderator
    assert PROSE not in answer.content.decode()
    assert ask(signed_in(carol), method, address, rows).status_code == administrator


def test_a_moderator_is_offered_no_action_and_none_that_she_posts_runs(
    signed_in, mary, alice, rows
):
    client = signed_in(mary)
    signed_in(alice)
    Job.objects.update(status="failed")
    for action in ("disable", "end_sessions", "delete_selected"):
        act(client, action, alice)
    client.post("/admin/jobs/job/", {"action": "retry", "_selected_action": str(rows["jobs/job"])})
    alice.refresh_from_db()
    assert alice.is_active and alice.sessions.exists() and Job.objects.get().status == "failed"
    for page in ("accounts/user/", "jobs/job/", "stories/story/"):
        assert 'name="action"' not in client.get(f"/admin/{page}").content.decode(), page


def test_a_moderator_sees_no_trace_of_a_password(signed_in, mary, alice):
    page = signed_in(mary).get(f"/admin/accounts/user/{alice.pk}/change/").content.decode()
    assert alice.email in page
    assert "field-password" not in page and "algorithm" not in page
    assert f"/{alice.pk}/password/" not in page


def test_groups_and_permissions_of_one_person_count_for_nothing(signed_in, bob, mary):
    group = Group.objects.create(name="everything")
    group.permissions.set(Permission.objects.all())
    for user in (bob, mary):
        user.groups.add(group)
        user.user_permissions.set(Permission.objects.all())
        assert not user.has_perm("accounts.change_user")
    assert not bob.has_module_perms("accounts") and mary.has_module_perms("accounts")
    assert signed_in(mary).get("/admin/accounts/user/add/").status_code == 403


def test_a_disabled_administrator_may_do_nothing(carol):
    carol.is_active = False
    assert not carol.has_perm("accounts.view_user") and not carol.has_module_perms("accounts")


# --- Roles ----------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["user", "moderator", "admin"])
def test_the_superuser_flag_follows_the_role(carol, bob, role):
    roles.change_role(bob, role, by=carol)
    bob.refresh_from_db()
    assert (bob.role, bob.is_superuser) == (role, role == "admin")


@pytest.mark.parametrize(("role", "flag"), [("user", True), ("moderator", True), ("admin", False)])
def test_the_table_refuses_a_flag_that_contradicts_the_role(bob, role, flag):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=bob.pk).update(role=role, is_superuser=flag)


def test_an_administrator_gives_a_role_on_the_page(as_carol, bob):
    assert change(as_carol, bob, role="moderator").status_code == 302
    bob.refresh_from_db()
    assert (bob.role, bob.is_superuser) == ("moderator", False)
    assert change(as_carol, bob, role="admin").status_code == 302
    bob.refresh_from_db()
    assert (bob.role, bob.is_superuser) == ("admin", True)


def test_nobody_raises_himself(signed_in, alice, mary):
    for user in (alice, mary):
        client = signed_in(user)
        change(client, user, role="admin", is_superuser="on")
        client.patch(
            "/api/v1/auth/me",
            {"role": "admin", "is_superuser": True},
            content_type="application/json",
        )
        with pytest.raises(Forbidden):
            roles.change_role(user, "admin", by=user)
        before = user.role
        user.refresh_from_db()
        assert (user.role, user.is_superuser) == (before, False)


def test_the_last_administrator_can_be_neither_demoted_nor_disabled(as_carol, carol):
    answer = change(as_carol, carol, role="moderator")
    assert "the last administrator" in answer.context["errors"].as_text()
    answer = change(as_carol, carol, is_active=None)
    assert "cannot disable your own account" in answer.context["errors"].as_text()
    carol.refresh_from_db()
    assert (carol.role, carol.is_active, carol.is_superuser) == ("admin", True, True)


def test_a_disabled_administrator_does_not_count_as_another(carol, bob):
    roles.change_role(bob, "admin", by=carol)
    roles.disable(bob, by=carol)
    with pytest.raises(Conflict):
        roles.change_role(carol, "user", by=carol)
    roles.enable(bob, by=carol)
    assert roles.change_role(carol, "user", by=carol).role == "user"


@pytest.mark.django_db(transaction=True)
def test_two_administrators_cannot_demote_each_other_in_the_same_moment(carol, bob):
    roles.change_role(bob, "admin", by=carol)
    start, refused = threading.Barrier(2), []

    def demote(user, by):
        user, by = (User.objects.get(pk=person.pk) for person in (user, by))
        start.wait()
        try:
            roles.change_role(user, "user", by=by)
        except Conflict as refusal:
            refused.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=demote, args=pair) for pair in ((bob, carol), (carol, bob))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == ["last_administrator"]
    assert User.objects.filter(role="admin").count() == 1


# --- Standing ---------------------------------------------------------------------------


def test_disabling_on_the_form_ends_the_sessions_too(as_carol, as_alice, alice):
    assert change(as_carol, alice, is_active=None).status_code == 302
    alice.refresh_from_db()
    assert not alice.is_active and not Session.objects.filter(user=alice).exists()
    assert as_alice.get("/settings/").status_code == 302


def test_a_password_set_by_staff_signs_its_person_out_everywhere(as_carol, as_alice, alice, client):
    form = {"password1": "quite-a-new-one", "password2": "quite-a-new-one"}
    url = f"/admin/accounts/user/{alice.pk}/password/"
    too_short = as_carol.post(url, {"password1": "short", "password2": "short"})
    assert "too short" in too_short.content.decode() and alice.sessions.exists()
    assert as_carol.post(url, form | {"usable_password": "true"}).status_code == 302
    assert not Session.objects.filter(user=alice).exists()
    new = {"login": alice.email, "password": "quite-a-new-one"}
    assert client.post("/accounts/login/", new).status_code == 302


def test_an_administrator_who_sets_her_own_password_stays_signed_in_here(
    as_carol, carol, signed_in
):
    elsewhere = signed_in(carol)
    form = {"password1": "quite-a-new-one", "password2": "quite-a-new-one"}
    url = f"/admin/accounts/user/{carol.pk}/password/"
    assert as_carol.post(url, form | {"usable_password": "true"}).status_code == 302
    assert as_carol.get("/admin/").status_code == 200
    assert elsewhere.get("/admin/").status_code == 302
    assert Session.objects.filter(user=carol).count() == 1


def test_one_door_changes_ones_own_password(as_carol):
    assert as_carol.get("/admin/password_change/").url == "/accounts/password/change/"


def test_a_forbidden_condition_is_answered_quietly(as_carol, caplog):
    with caplog.at_level(logging.ERROR):
        answer = as_carol.get("/admin/accounts/user/?password__startswith=a")
    assert answer.status_code == 400
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


def test_what_staff_did_stands_in_the_history(as_carol, bob):
    change(as_carol, bob, role="moderator")
    assert LogEntry.objects.get(object_id=str(bob.pk)).user.email == "carol@example.com"
