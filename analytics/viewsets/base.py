"""What the views of the ledger share."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from rest_framework.request import Request

from nexus.lib.api import find
from nexus.lib.api_view import NUMBERS, ApiView
from stories.models import Story


class LedgerView(ApiView):
    """What the views here share: the writer's own story, and now."""

    user: Any
    scopes = NUMBERS

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.user = request.user

    @property
    def at(self) -> datetime:
        return timezone.now()

    def story(self, story_id: str) -> Story:
        story = find(Story.objects.live(), story_id, user=self.user)
        story.owner = self.user
        return story
