"""A writer with a row in every table, each text of hers bearing a word nobody else has."""

import io
import uuid
import zipfile
from datetime import date

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.db import connection
from django.utils import timezone

from accounts.models import ApiToken, EmailChange, User
from accounts.services import keep_address
from analytics.models import Forecast, RestDay, WritingDay, WritingSession
from jobs.changes import update_of
from jobs.models import Job
from nexus.account_data import everything
from stories.history import keep_conflict_copy
from stories.models import Chapter, Comment, Replacement, SaveReceipt
from stories.saving import save_content
from stories.searching.answer import search
from stories.services.chapters import trash_chapter
from stories.services.shelves import create_series
from stories.services.stories import trash_story
from stories.services.tags import set_tags
from stories.services.targets import create_target, set_plan
from stories.tests.builders import make_chapter, make_story

TODAY = date(2026, 3, 11)


def furnish(user: User, word: str) -> User:
    """Give a person something of everything; `word` is in each text, and in no other person's."""
    now = timezone.now()
    _account(user, word)
    story = make_story(user, f"Story {word}", synopsis=f"synopsis {word}", genre=f"genre {word}")
    first = make_chapter(
        story, title=f"First {word}", part_title=f"Part {word}", content=f"<p>old {word}</p>"
    )
    make_chapter(story, title=f"Second {word}", content=f"<p>second <em>{word}</em></p>")
    save_content(
        first.pk,
        by=user,
        content=f"<p>new {word}</p>",
        base=None,
        activity=None,
        source="editor",
        cause="typed",
        at=now,
    )
    keep_conflict_copy(first, content=f"<p>copy {word}</p>", by=user, at=now)
    trash_chapter(make_chapter(story, title=f"Thrown {word}"), at=now)
    thrown = make_story(user, f"Thrown story {word}")
    make_chapter(thrown, title=f"Inside {word}", content=f"<p>inside {word}</p>")
    trash_story(thrown, at=now)
    create_series(user, title=f"Series {word}", stories=[story, thrown], at=now)
    set_tags(story, [f"tag {word}"])
    create_target(story, quota=7, frequency="Daily", from_date=TODAY, to_date=TODAY)
    set_plan(story, total_words=9, start_on=TODAY, due_on=TODAY)
    Chapter.objects.filter(pk=first.pk).update(synopsis=f"line {word}", notes=f"notes {word}")
    Comment.objects.create(chapter=first, text=f"comment {word}", quote=f"new {word}", stamp="")
    Replacement.objects.create(story=story, find=word, replacement=word, count=1, steps=[])
    WritingDay.objects.create(user=user, story=story, day=TODAY, typed=3)
    RestDay.objects.create(user=user, from_date=TODAY, to_date=TODAY, note=f"rest {word}")
    Forecast.objects.create(
        story=story,
        made_on=TODAY,
        due_on=TODAY,
        total_words=9,
        words_left=9,
        days_of_data=0,
        runs=0,
    )
    assert WritingSession.objects.filter(user=user).exists()
    job = Job(owner=user, kind="import.read", title=f"upload {word}", status="failed")
    job.upload.save(f"upload-{word}", ContentFile(f"upload {word}".encode()))
    update_of(job).save()
    search(user, word)
    SaveReceipt.objects.create(
        user=user, key=uuid.uuid4(), route=word, body_hash="x", response={"text": word}
    )
    return user


def _account(user: User, word: str) -> None:
    now = timezone.now()
    keep_address(user)
    address = EmailAddress.objects.get(user=user)
    EmailConfirmation.objects.create(email_address=address, key=f"key-{word}", sent=now)
    EmailChange.objects.create(user=user, email=f"{word}@example.com")
    ApiToken.objects.create(
        user=user, name=f"token {word}", digest=f"digest-{word}", hint="h", scopes=["read"]
    )
    Authenticator.objects.create(user=user, type="totp", data={"secret": f"secret-{word}"})
    social = SocialAccount.objects.create(user=user, provider="google", uid=f"uid-{word}")
    app, _made = SocialApp.objects.get_or_create(provider="google", name="Google")
    SocialToken.objects.create(app=app, account=social, token=f"secret-social-{word}")
    user.profile.bio, user.profile.city = f"bio {word}", f"city {word}"
    user.profile.save()
    user.groups.add(Group.objects.get_or_create(name="readers")[0])
    user.user_permissions.add(Permission.objects.first())
    people = ContentType.objects.get_for_model(User)
    LogEntry.objects.create(
        user=user, content_type=people, object_id="x", object_repr=word, action_flag=2
    )


def archive_of(owner, progress=lambda step, steps: None):
    """Return all of a writer as the zip she downloads."""
    target = io.BytesIO()
    everything.write_everything(target, owner, at=timezone.now(), progress=progress)
    return zipfile.ZipFile(target)


def contents():
    """Return every table as text, row by row: whoever is anywhere is found here."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT to_jsonb(t)::text FROM "{table}" t ORDER BY 1')
            found[table] = [row for (row,) in cursor.fetchall()]
    return found
