"""Who is what, and who may sign in: given and taken by administrators alone."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.sessions import end_all
from nexus.lib.errors import Conflict, Forbidden


@transaction.atomic
def change_role(user: User, role: str, *, by: User | AnonymousUser) -> User:
    """Give a person a role; Forbidden unless `by` is an administrator, Conflict for the last one.

    `is_superuser` follows the role here, and a constraint of the table holds the two together.
    """
    _require_administrator(by)
    if role != User.Role.ADMIN:
        refuse_last_administrator(user)
    user.role = User.Role(role)
    user.is_superuser = user.role == User.Role.ADMIN
    user.save(update_fields=["role", "is_superuser"])
    return user


@transaction.atomic
def disable(user: User, *, by: User | AnonymousUser) -> User:
    """Let a person sign in no more and end her sessions; she keeps her work.

    Forbidden unless `by` is an administrator, and for oneself; Conflict for the last one.
    """
    _require_administrator(by)
    refuse_disabling(user, by=by)
    user.is_active = False
    user.save(update_fields=["is_active"])
    end_all(user)
    return user


@transaction.atomic
def enable(user: User, *, by: User | AnonymousUser) -> User:
    _require_administrator(by)
    user.is_active = True
    user.save(update_fields=["is_active"])
    return user


def refuse_last_administrator(user: User) -> None:
    """Raise Conflict when nobody else could run the studio without this person.

    Holds the administrators' rows until the transaction ends, so that two of them cannot demote
    each other in the same moment.
    """
    administrators = User.objects.select_for_update().filter(
        role=User.Role.ADMIN, is_active=True, deleted_at=None
    )
    chosen = {pk for (pk,) in administrators.order_by("pk").values_list("pk")}
    if chosen == {user.pk}:
        message = _("This is the last administrator. Make somebody else an administrator first.")
        raise Conflict(message, code="last_administrator")


def refuse_disabling(user: User, *, by: User | AnonymousUser) -> None:
    """Raise Forbidden for oneself, Conflict for the last administrator."""
    if user.pk == by.pk:
        raise Forbidden(_("You cannot disable your own account."), code="own_account")
    refuse_last_administrator(user)


def _require_administrator(person: User | AnonymousUser) -> None:
    if not (person.is_active and getattr(person, "role", "") == User.Role.ADMIN):
        raise Forbidden(_("Only an administrator may do that."))
