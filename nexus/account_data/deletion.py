"""The end of an account: asked for, taken back within thirty days, or carried out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.core.files.storage import default_storage
from django.db import Error as DatabaseError
from django.db import connection, transaction
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts import limits, sessions
from accounts.leaving import GRACE, is_leaving
from accounts.models import User
from accounts.roles import refuse_last_administrator
from accounts.services import confirm_identity
from analytics.warehouse.months import forget_writer
from jobs.models import Job
from jobs.services import cancel_job
from nexus.account_data.pictures import stored_names
from nexus.lib.effects import after_commit
from nexus.lib.errors import Invalid

MAIL = "accounts/email/account_leaving"
logger = structlog.get_logger("nexus.account_data")


@dataclass(frozen=True)
class Leaving:
    """When the end was asked for, and when it comes."""

    deleted_at: datetime
    purge_at: datetime


def delete_account(
    user: User, *, email: str, password: str = "", code: str = "", at: datetime
) -> Leaving:
    """Close the account at once and note its end, 30 days from `at`.

    Raises Invalid for an e-mail that is not hers, or a wrong password or code; TooMany after too
    many of them; Conflict `last_administrator` for the only one there is.
    """
    limits.data_request(user)
    if email.strip().casefold() != user.email.casefold():
        message = _("This is not the e-mail of this account.")
        raise Invalid.field("email", message, code="wrong_email")
    confirm_identity(user, password=password, code=code)
    return _close(user, at)


@transaction.atomic
def _close(user: User, at: datetime) -> Leaving:
    person = _locked(user)
    if person.deleted_at is None:
        refuse_last_administrator(person)
        person.deleted_at = at
        person.save(update_fields=["deleted_at"])
        _stop_jobs(person, at)
        _send_letter(person)
    sessions.end_all(person)
    user.deleted_at = person.deleted_at
    asked = person.deleted_at or at
    logger.info("account_leaving", user=str(person.pk))
    return Leaving(asked, asked + GRACE)


@transaction.atomic
def restore_account(user: User) -> User:
    """Take the end back; harmless for an account that stays."""
    person = _locked(user)
    if is_leaving(person):
        person.deleted_at = None
        person.save(update_fields=["deleted_at"])
        logger.info("account_restored", user=str(person.pk))
    user.deleted_at = None
    return user


def purge_accounts(*, at: datetime) -> dict[str, int]:
    """Make everything of those whose time is over go; return how many went and how many failed.

    One transaction for each person: whoever cannot be purged today keeps nobody else waiting.
    """
    due = User.objects.filter(deleted_at__lte=at - GRACE).order_by("deleted_at")
    outcome: Counter[str] = Counter(purged=0, failed=0)
    for user_id in list(due.values_list("pk", flat=True)):
        try:
            outcome["purged"] += purge_account(user_id, at=at) is not None
        except (DatabaseError, OSError):
            logger.exception("account_purge_failed", user=str(user_id))
            outcome["failed"] += 1
    return dict(outcome)


@transaction.atomic
def purge_account(user_id: UUID, *, at: datetime) -> dict[str, int] | None:
    """Delete every row and file of one person; None when there is nothing (any more) to purge.

    The files go first: if the rows then stay, the next run finds them by the same rows again. Her
    row is locked throughout, so she cannot come back to a half of her account.
    """
    _allow_a_long_transaction()
    due = User.objects.select_for_update().filter(pk=user_id, deleted_at__lte=at - GRACE)
    person = due.first()
    if person is None:
        return None
    counts = Counter(files=_delete_files(person))
    counts["warehouse"] = forget_writer(person.pk)
    # What staff did to her names her; nothing ties it to her row.
    counts["admin.LogEntry"] = LogEntry.objects.filter(object_id=str(person.pk)).delete()[0]
    counts.update(person.delete()[1])
    gone = {name: count for name, count in sorted(counts.items()) if count}
    logger.info("account_purged", user=str(user_id), deleted=gone)
    return gone


def _delete_files(person: User) -> int:
    kept = Job.objects.filter(owner=person).exclude(upload="")
    names = [*kept.values_list("upload", flat=True), *stored_names(person)]
    for name in names:
        default_storage.delete(name)
    return len(names)


def _allow_a_long_transaction() -> None:
    """A life of writing takes longer to delete than a request may take to answer."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '10min'")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = '10min'")


def _locked(user: User) -> User:
    return User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _stop_jobs(person: User, at: datetime) -> None:
    """Her work in the background must not write for someone who has gone."""
    for job in Job.objects.visible_to(person).exclude(status__in=Job.ENDED):
        cancel_job(job, at=at)


def _send_letter(person: User) -> None:
    asked = person.deleted_at
    if asked is None:
        return
    context = {
        "user": person,
        "purge_day": date_format(asked + GRACE, "j F Y"),
        "sign_in_url": settings.SITE_URL + reverse("account_login"),
    }
    after_commit(get_adapter().render_mail(MAIL, person.email, context).send)
