"""The same save written the default way: Django's ASGI handler, a serializer, the ORM, no pool.

Nothing is done badly on purpose: it locks what it reads, keeps the receipt, the version and the
ledger row in one transaction, and cleans, counts and hashes with the product's own functions.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from typing import Any, cast

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.default_settings")

from django.core.asgi import get_asgi_application

application = get_asgi_application()

from django.db import transaction  # noqa: E402 - after the settings, like all that follows
from django.shortcuts import get_object_or_404  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils import timezone  # noqa: E402
from rest_framework import serializers  # noqa: E402
from rest_framework.authentication import SessionAuthentication  # noqa: E402
from rest_framework.request import Request  # noqa: E402
from rest_framework.response import Response  # noqa: E402
from rest_framework.views import APIView  # noqa: E402

from accounts.models import User  # noqa: E402
from analytics.models import WritingSession  # noqa: E402
from stories.models import Chapter, ChapterVersion, SaveReceipt  # noqa: E402
from stories.saving import derive  # noqa: E402


class ContentSerializer(serializers.Serializer[Any]):
    """The body of a save."""

    content = serializers.CharField(max_length=5 * 1024 * 1024, trim_whitespace=False)
    activity = serializers.DictField(child=serializers.IntegerField(min_value=0), required=False)


class CookieAuthentication(SessionAuthentication):
    """The session's cookie; the measuring client has no form token."""

    def enforce_csrf(self, request: Request) -> None:
        return


class ContentView(APIView):
    """Saves a chapter's text."""

    authentication_classes = (CookieAuthentication,)

    @transaction.atomic
    def put(self, request: Request, chapter_id: uuid.UUID) -> Response:
        form = ContentSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        digest = hashlib.sha256(str(form.validated_data).encode()).hexdigest()
        user = cast(User, request.user)
        receipt, _is_new = SaveReceipt.objects.get_or_create(
            user=user,
            key=request.headers["Idempotency-Key"],
            defaults={"route": "default", "body_hash": digest},
        )
        owned = Chapter.objects.select_for_update().filter(story__owner=user)
        chapter = get_object_or_404(owned.select_related("story"), pk=chapter_id)
        keep(chapter)
        write(chapter, form.validated_data["content"])
        note(chapter, form.validated_data.get("activity", {}))
        answer = {"revision": chapter.content_revision, "hash": chapter.content_hash}
        receipt.status, receipt.response = 200, answer
        receipt.save()
        return Response(answer)


def keep(chapter: Chapter) -> None:
    """Keep the text about to be replaced."""
    ChapterVersion.objects.create(
        chapter=chapter,
        revision=chapter.content_revision,
        content=chapter.content,
        content_hash=chapter.content_hash,
        word_count=chapter.word_count,
        reason=ChapterVersion.Reason.RECENT,
        saved_at=chapter.content_saved_at,
    )


def write(chapter: Chapter, raw: str) -> None:
    """Replace the text."""
    for name, value in derive(raw).fields.items():
        setattr(chapter, name, value)
    chapter.content_revision += 1
    chapter.content_saved_at = timezone.now()
    chapter.save()
    chapter.story.updated_at = chapter.content_saved_at
    chapter.story.save()


def note(chapter: Chapter, activity: dict[str, int]) -> None:
    """Add to the open session of the ledger."""
    open_ones = WritingSession.objects.select_for_update().filter(ended_at__isnull=True)
    session = open_ones.get(user=chapter.story.owner_id, chapter=chapter)
    session.typed += activity.get("typed", 0)
    session.removed += activity.get("removed", 0)
    session.saves += 1
    session.words_end = chapter.word_count
    session.last_change_at = timezone.now()
    session.save()


urlpatterns = [path("api/v1/chapters/<uuid:chapter_id>/content", ContentView.as_view())]
