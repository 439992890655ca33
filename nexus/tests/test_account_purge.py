"""After the thirty days: nothing of hers remains anywhere, and everything of others."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.core.files.storage import default_storage
from django.db import IntegrityError
from django.utils import timezone

from accounts.models import ApiToken, User
from jobs.models import Job
from jobs.services import run_job
from nexus.account_data import deletion, exports
from nexus.tests.account_cast import contents, furnish
from stories.models import Story
from stories.tests.builders import make_story, send

pytestmark = pytest.mark.django_db
ALICE, BOB = "xylograph", "quagmirer"
AT = datetime(2026, 3, 11, 14, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _own_storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def models_of_a_person():
    """Every model that leads to a person by its foreign keys, however far."""
    found, size = {User}, 0
    while len(found) > size:
        size = len(found)
        for model in apps.get_models(include_auto_created=True):
            to = {field.related_model for field in model._meta.fields if field.is_relation}
            if to & found:
                found.add(model)
    return found


def gone_for_31_days(user):
    at = timezone.now() - timedelta(days=30, minutes=1)
    User.objects.filter(pk=user.pk).update(deleted_at=at)


def files_kept(folder):
    return default_storage.listdir(folder)[1] if default_storage.exists(folder) else []


@pytest.fixture
def two_writers(alice, bob, as_alice, as_bob):
    for user, word in ((alice, ALICE), (bob, BOB)):
        furnish(user, word)
        run_job(str(exports.start_export(user).pk))
    return alice, bob


def test_nothing_remains_of_her_and_everything_of_others(two_writers, as_carol):
    alice, bob = two_writers
    LogEntry.objects.create(
        user=User.objects.get(email="carol@example.com"),
        object_id=str(alice.pk),
        object_repr=ALICE,
        action_flag=2,
    )
    before = contents()
    for model in models_of_a_person():
        table = model._meta.db_table
        hers = [row for row in before[table] if ALICE in row or str(alice.pk) in row]
        assert before[table] and (hers or _is_hers_by_key(model)), f"{model} needs a row of hers"
    gone_for_31_days(alice)
    assert deletion.purge_accounts(at=timezone.now()) == {"purged": 1, "failed": 0}
    after = contents()
    for table, rows in after.items():
        for row in rows:
            assert ALICE not in row and str(alice.pk) not in row, (table, row)
            assert alice.email not in row and alice.pk.hex not in row, (table, row)
        assert set(rows) <= set(before[table]), table
        assert [row for row in before[table] if BOB in row or str(bob.pk) in row] == [
            row for row in rows if BOB in row or str(bob.pk) in row
        ], table
    for model in models_of_a_person():
        table = model._meta.db_table
        assert len(after[table]) < len(before[table]), f"nothing of hers was deleted from {table}"
        assert len(after[table]) >= 1 or not model.objects.exists(), table
    bobs = Job.objects.filter(owner=bob).exclude(upload="").values_list("upload", flat=True)
    kept = {f"{folder}/{name}" for folder in ("jobs", "exports") for name in files_kept(folder)}
    assert kept == set(bobs) and len(kept) == 2


def _is_hers_by_key(model):
    """Rows tied to her by a number or an id of another row of hers alone."""
    return not any(field.related_model is User for field in model._meta.fields)


def test_a_rerun_finds_nothing_more_to_do(two_writers):
    alice, _bob = two_writers
    gone_for_31_days(alice)
    deletion.purge_accounts(at=timezone.now())
    before = contents()
    assert deletion.purge_accounts(at=timezone.now()) == {"purged": 0, "failed": 0}
    assert deletion.purge_account(alice.pk, at=timezone.now()) is None
    assert contents() == before


def test_nobody_goes_a_minute_too_early(alice):
    User.objects.filter(pk=alice.pk).update(deleted_at=AT)
    early = AT + timedelta(days=30) - timedelta(minutes=1)
    assert deletion.purge_accounts(at=early)["purged"] == 0
    assert deletion.purge_account(alice.pk, at=early) is None
    assert deletion.purge_accounts(at=AT + timedelta(days=30))["purged"] == 1
    assert not User.objects.filter(pk=alice.pk).exists()


def test_one_person_who_cannot_be_purged_keeps_nobody_waiting(alice, bob, monkeypatch):
    for user in (alice, bob):
        gone_for_31_days(user)
    delete = User.delete

    def refuse_alice(self, *args, **options):
        if self.pk == alice.pk:
            raise IntegrityError("something new points here")
        return delete(self, *args, **options)

    monkeypatch.setattr(User, "delete", refuse_alice)
    story = make_story(alice)
    assert deletion.purge_accounts(at=timezone.now()) == {"purged": 1, "failed": 1}
    assert Story.objects.filter(pk=story.pk).exists()
    assert not User.objects.filter(pk=bob.pk).exists()


def test_the_address_is_free_again_after_the_end(alice, anonymous):
    gone_for_31_days(alice)
    deletion.purge_accounts(at=timezone.now())
    body = {"email": alice.email, "password": "another-middlemarch"}
    assert send(anonymous, "post", "/auth/register", body).status_code == 201


def test_the_log_tells_counts_and_the_id_alone(two_writers, monkeypatch):
    alice, _bob = two_writers
    told = []
    monkeypatch.setattr(
        deletion.logger, "info", lambda event, **facts: told.append({"event": event, **facts})
    )
    gone_for_31_days(alice)
    deletion.purge_accounts(at=timezone.now())
    [line] = told
    assert line["user"] == str(alice.pk) and line["deleted"]["stories.Story"] == 2
    assert line["deleted"]["files"] == 2
    assert ALICE not in json.dumps(line) and alice.email not in json.dumps(line)


def test_tokens_of_others_go_on_working(two_writers):
    alice, bob = two_writers
    gone_for_31_days(alice)
    deletion.purge_accounts(at=timezone.now())
    assert ApiToken.objects.filter(user=bob).count() == 1
