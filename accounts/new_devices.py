"""A letter when somebody signs in from where this person never was before."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.devices import device_name
from accounts.models import Session, User
from accounts.sessions import Client

# A new account's first visits are all from new devices; telling her would only alarm her.
SETTLING_IN = timedelta(hours=1)


def tell_of_new_device(user_id: UUID, client: Client, at: datetime) -> None:
    """Mail the writer if she likes to know, and no earlier session of hers was from there."""
    user = User.objects.select_related("preferences").get(pk=user_id)
    if user.preferences.mail_new_device and _is_new(user, client, at):
        _mail(user, client, at)


def _is_new(user: User, client: Client, at: datetime) -> bool:
    if at - user.created_at < SETTLING_IN:
        return False
    before = Session.objects.filter(user=user, ip=client.ip, created_at__lt=at)
    known = {device_name(user_agent) for user_agent in before.values_list("user_agent", flat=True)}
    return device_name(client.user_agent) not in known


def _mail(user: User, client: Client, at: datetime) -> None:
    context = {
        "device": device_name(client.user_agent),
        "timestamp": at,
        "ip": client.ip or "",
        "user_agent": client.user_agent[:300],
        "devices_url": settings.SITE_URL + reverse("accounts:devices"),
    }
    with timezone.override(user.time_zone):
        letter = get_adapter().render_mail("account/email/new_device", user.email, context)
    letter.send()
