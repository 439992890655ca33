"""The end of an account: closed at once, open to return for thirty days, then gone everywhere."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts import api_tokens
from accounts.models import Session, User
from jobs.models import Job
from jobs.services import enqueue_job, run_job
from nexus import sockets
from nexus.account_data import deletion
from nexus.account_data.viewsets import DeletionSerializer
from nexus.lib import effects
from nexus.tests.account_cast import contents, furnish
from stories.models import Chapter
from stories.tests.builders import make_chapter, make_story, save, send

pytestmark = pytest.mark.django_db
PASSWORD = "alice-writes-books"
ALICE, BOB = "xylograph", "quagmirer"
PROOF = {"email": "alice@example.com", "password": PASSWORD}
AT = datetime(2026, 3, 11, 14, 0, tzinfo=UTC)
PAGE = "/settings/data/delete/"


@pytest.fixture(autouse=True)
def _own_storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def leave(client, **changes):
    return send(client, "delete", "/auth/me", PROOF | changes)


def sign_in_again(signed_in, user):
    return signed_in(User.objects.get(pk=user.pk))


@pytest.fixture
def leaving(alice, as_alice, signed_in):
    """Alice, who has asked for the end and signed in again."""
    assert leave(as_alice).status_code == 202
    return sign_in_again(signed_in, alice)


# --- Asking -----------------------------------------------------------------------


def test_asking_answers_when_the_end_comes(alice, as_alice):
    answer = leave(as_alice, email="  ALICE@Example.com ")
    assert answer.status_code == 202
    times = {name: datetime.fromisoformat(raw) for name, raw in answer.json().items()}
    assert times["purge_at"] - times["deleted_at"] == timedelta(days=30)
    alice.refresh_from_db()
    assert alice.deleted_at == times["deleted_at"]
    for name in ("session_id", "access_token", "refresh_token"):
        assert not answer.cookies[name].value


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"email": "bob@example.com"}, "email"),
        ({"password": "not-my-password"}, "password"),
        ({"password": ""}, "password"),
        ({"password": "", "code": "000000"}, "code"),
    ],
)
def test_a_wrong_proof_is_named_and_changes_nothing(alice, as_alice, wrong, field):
    answer = leave(as_alice, **wrong)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    alice.refresh_from_db()
    assert alice.deleted_at is None and as_alice.get("/settings/data/").status_code == 200


@pytest.mark.parametrize("wrong", [{"password": "wrong"}, {"email": "x@example.com"}])
def test_trying_too_often_is_refused(as_alice, alice, wrong):
    for _turn in range(10):
        assert leave(as_alice, **wrong).status_code == 422
    refused = leave(as_alice)
    assert refused.status_code == 429 and int(refused.headers["Retry-After"]) > 0
    assert as_alice.post(PAGE, PROOF).status_code == 429
    alice.refresh_from_db()
    assert alice.deleted_at is None


def test_all_sessions_and_tokens_are_dead_at_once(alice, as_alice, signed_in):
    elsewhere = signed_in(alice)
    _token, secret = api_tokens.create(alice, name="all", scopes=["read", "write"])
    answer = send(Client(), "post", "/auth/login", PROOF)
    bearers = [f"Bearer {answer.json()['access_token']}", f"Bearer {secret}"]
    for bearer in bearers:
        assert send(Client(), "get", "/auth/me", Authorization=bearer).status_code == 200
    assert leave(as_alice).status_code == 202
    assert not Session.objects.filter(user=alice).exists()
    assert send(elsewhere, "get", "/auth/me").status_code == 403
    assert elsewhere.get("/settings/data/").status_code == 302
    for bearer in bearers:
        assert send(Client(), "get", "/auth/me", Authorization=bearer).status_code == 401
    refresh = {"refresh_token": answer.json()["refresh_token"]}
    assert send(Client(), "post", "/auth/refresh", refresh).status_code == 401


@pytest.mark.django_db(transaction=True)
def test_a_letter_tells_how_to_come_back(alice, as_alice):
    leave(as_alice)
    assert effects.drain(20)
    [letter] = [one for one in mail.outbox if "deleted on" in one.subject]
    assert letter.to == [alice.email]
    assert "http" in letter.body and "/accounts/login/" in letter.body and "Keep my" in letter.body


def test_the_last_administrator_stays(carol, as_carol, alice, as_alice):
    proof = {"email": carol.email, "password": "carol-keeps-house"}
    answer = send(as_carol, "delete", "/auth/me", proof)
    assert (answer.status_code, answer.json()["code"]) == (409, "last_administrator")
    page = as_carol.post(PAGE, proof)
    assert page.status_code == 409 and "administrator" in page.content.decode()
    carol.refresh_from_db()
    assert carol.deleted_at is None
    User.objects.create_superuser("dora@example.com", "dora-keeps-house", username="Dora")
    assert send(as_carol, "delete", "/auth/me", proof).status_code == 202


def test_an_administrator_who_is_leaving_does_not_count(carol, as_carol):
    dora = User.objects.create_superuser("dora@example.com", "x", username="Dora")
    User.objects.filter(pk=dora.pk).update(deleted_at=timezone.now())
    proof = {"email": carol.email, "password": "carol-keeps-house"}
    assert send(as_carol, "delete", "/auth/me", proof).status_code == 409


def test_her_jobs_are_stopped_and_nobody_elses(alice, as_alice, bob):
    waiting = enqueue_job(alice, kind="account.export")
    running = Job.objects.create(owner=alice, kind="import.read", status="running")
    ended = Job.objects.create(owner=alice, kind="import.read", status="done")
    others = enqueue_job(bob, kind="account.export")
    leave(as_alice)
    for job in (waiting, running, ended, others):
        job.refresh_from_db()
    assert (waiting.status, ended.status, others.status) == ("cancelled", "done", "queued")
    assert running.cancel_requested_at and not others.cancel_requested_at
    run_job(str(waiting.pk))
    waiting.refresh_from_db()
    assert waiting.status == "cancelled"


def test_the_document_shows_the_proof_that_is_asked_for(anonymous):
    delete = anonymous.get("/api/v1/schema").json()["paths"]["/api/v1/auth/me"]["delete"]
    body = delete["requestBody"]["content"]["application/json"]["schema"]
    assert set(body["properties"]) == set(DeletionSerializer().fields)


# --- The thirty days ----------------------------------------------------------------


def test_signing_in_leads_to_one_page_only(leaving, alice):
    story = make_story(alice)
    chapter = make_chapter(story)
    for page in ("/", f"/stories/{story.pk}/", f"/chapters/{chapter.pk}/", "/settings/", PAGE):
        answer = leaving.get(page)
        assert (answer.status_code, answer.url) == (302, "/settings/data/leaving/"), page
    assert leaving.post(f"/stories/{story.pk}/edit/", {"title": "New"}).status_code == 302
    story.refresh_from_db()
    assert story.title == "Emma"
    page = leaving.get("/settings/data/leaving/").content.decode()
    assert "Your account will be deleted on" in page and "Keep my account" in page
    assert 'class="site-nav"' not in page


def test_the_api_refuses_all_but_a_look_and_the_way_back(leaving, alice):
    story = make_story(alice)
    chapter = make_chapter(story)
    asked = [
        send(leaving, "get", "/stories"),
        send(leaving, "patch", "/auth/me", {"username": "New"}),
        send(leaving, "post", "/auth/me/export"),
        leave(leaving),
        save(leaving, chapter, "<p>more</p>"),
    ]
    assert {(one.status_code, one.json()["code"]) for one in asked} == {(403, "account_deleting")}
    assert send(leaving, "get", "/auth/me").json()["email"] == alice.email
    assert send(leaving, "post", "/auth/logout").status_code == 200


def test_a_program_that_signs_in_meets_the_same_doors(alice, as_alice):
    leave(as_alice)
    tokens = send(Client(), "post", "/auth/login", PROOF).json()
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert send(Client(), "get", "/auth/me", **bearer).status_code == 200
    chapter = Chapter(pk=uuid.uuid4(), content_hash="0" * 64)
    path = f"/chapters/{chapter.pk}/content"
    for answer in (
        send(Client(), "get", "/stories", **bearer),
        send(Client(), "put", path, {"content": ""}, **bearer),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "account_deleting")
    assert send(Client(), "post", "/auth/me/restore", **bearer).status_code == 200
    assert send(Client(), "get", "/stories", **bearer).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_no_socket_opens_for_who_is_leaving(alice, as_alice, signed_in):
    def who_is(client):
        return sockets._signed_in_by(client.cookies["session_id"].value).get("user")

    assert who_is(as_alice) == alice
    leave(as_alice)
    back = sign_in_again(signed_in, alice)
    assert who_is(back) is None
    send(back, "post", "/auth/me/restore")
    assert who_is(back) == alice


def test_signing_out_works_from_the_page(leaving):
    assert leaving.post("/accounts/logout/").status_code == 302
    assert leaving.get("/settings/data/leaving/").url.startswith("/accounts/login/")


def test_a_visitor_and_a_writer_who_stays_see_all_pages(as_bob, anonymous, alice, as_alice):
    leave(as_alice)
    assert as_bob.get("/").status_code == anonymous.get("/").status_code == 200
    assert "Your account stays" in as_bob.get("/settings/data/leaving/").content.decode()


@pytest.mark.parametrize("way", ["api", "page"])
def test_coming_back_makes_everything_as_before(alice, as_alice, signed_in, way):
    furnish(alice, ALICE)
    before = all_but_sign_ins()
    leave(as_alice)
    back = sign_in_again(signed_in, alice)
    if way == "api":
        assert send(back, "post", "/auth/me/restore").json()["email"] == alice.email
    else:
        assert back.post("/settings/data/restore/").url == "/"
    assert all_but_sign_ins() == before
    assert back.get("/").status_code == 200
    assert send(back, "get", "/stories").json()["stories"]
    assert deletion.purge_accounts(at=timezone.now() + timedelta(days=31))["purged"] == 0


def test_personal_tokens_work_again_after_coming_back(leaving, alice):
    _token, secret = api_tokens.create(alice, name="all", scopes=["read"])
    bearer = {"Authorization": f"Bearer {secret}"}
    assert send(Client(), "get", "/stories", **bearer).status_code == 401
    send(leaving, "post", "/auth/me/restore")
    assert send(Client(), "get", "/stories", **bearer).status_code == 200


def test_restoring_an_account_that_stays_is_harmless(as_alice, alice):
    assert send(as_alice, "post", "/auth/me/restore").status_code == 200


# --- The page -----------------------------------------------------------------------


def test_the_page_says_what_will_happen_and_offers_the_archive_first(as_alice):
    page = as_alice.get(PAGE).content.decode()
    assert page.index("What will happen") < page.index("Download everything")
    assert page.index("Download everything") < page.index('type="password"')
    assert "30 days" in page and "for good" in page


def test_of_two_proofs_neither_is_said_to_be_a_mere_wish(as_alice, alice):
    Authenticator.objects.create(user=alice, type=Authenticator.Type.TOTP, data={"secret": "x"})
    page = as_alice.get(PAGE).content.decode()
    assert "Or a code" in page and "(if you like)" not in page


def test_a_writer_without_a_password_is_told_to_set_one_first(alice, signed_in):
    assert "/accounts/password/set/" not in signed_in(alice).get(PAGE).content.decode()
    alice.set_unusable_password()
    alice.save()
    assert "/accounts/password/set/" in signed_in(alice).get(PAGE).content.decode()


def test_the_page_closes_the_account(alice, as_alice):
    answer = as_alice.post(PAGE, PROOF, follow=True)
    assert answer.redirect_chain == [("/accounts/login/", 302)]
    assert "Your account will be deleted on" in answer.content.decode()
    alice.refresh_from_db()
    assert alice.deleted_at and not Session.objects.filter(user=alice).exists()


@pytest.mark.parametrize("wrong", [{"email": "x@y.de"}, {"password": "wrong"}, {"email": ""}])
def test_a_wrong_proof_is_marked_on_the_page(alice, as_alice, wrong):
    answer = as_alice.post(PAGE, PROOF | wrong)
    assert answer.status_code == 422
    assert answer.content.decode().count("field__error") == 1
    assert PASSWORD not in answer.content.decode()
    alice.refresh_from_db()
    assert alice.deleted_at is None


def all_but_sign_ins():
    """Return every table without what signing in again changes."""
    User.objects.update(last_login=None)
    tables = contents()
    del tables["accounts_session"]
    return tables


def test_asking_twice_keeps_the_first_day(alice):
    with transaction.atomic():
        first = deletion.delete_account(alice, **PROOF, at=AT)
    again = deletion.delete_account(alice, **PROOF, at=AT + timedelta(days=3))
    assert again == first
