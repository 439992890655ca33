"""The API of targets."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from analytics import reports
from analytics.bodies import target_body, target_with_history
from analytics.serializers import (
    FrequencyQuery,
    StoryTargetsShape,
    TargetBody,
    TargetHistoryShape,
    TargetListShape,
    TargetShape,
)
from analytics.tasks import refresh_goal
from analytics.viewsets.base import LedgerView
from nexus.lib.api import parse_id
from nexus.lib.errors import NotFound
from stories.models import Story, Target
from stories.services import targets as target_services


class _OfTargets(LedgerView):
    """A target through its own story, and its answer."""

    def target(self, story: Story, target_id: str) -> Target:
        """Return a target through its own story only."""
        target = Target.objects.filter(story=story, pk=parse_id(target_id)).first()
        if target is None:
            raise NotFound(_("This story has no such target."))
        return target

    def answer(self, target: Target) -> dict[str, Any]:
        return target_body(target, self.progress(target))

    def progress(self, target: Target) -> reports.Progress:
        today = self.user.day_of(self.at)
        return reports.target_progress(target, user=self.user, today=today)


class TargetsView(_OfTargets):
    @extend_schema(request=TargetBody, responses={201: TargetShape}, tags=["targets"])
    def post(self, request: Request, story_id: str) -> Response:
        """Set a target; a story has one of each frequency."""
        values = self.body(TargetBody)
        target = target_services.create_target(self.story(story_id), **values)
        refresh_goal(self.user, at=self.at)
        return Response(self.answer(target), status=status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="list_targets",
        parameters=[FrequencyQuery],
        responses=TargetListShape,
        tags=["targets"],
    )
    def get(self, request: Request, story_id: str) -> Response:
        """List a story's targets; with `frequency` answer that one, or null."""
        query = self.query(FrequencyQuery)
        story = self.story(story_id)
        targets = Target.objects.filter(story=story).order_by("created_at", "id")
        if "frequency" in query:
            target = targets.filter(frequency=query["frequency"]).first()
            return Response(target and self.answer(target))
        today = self.user.day_of(self.at)
        rows = list(targets)
        progress = reports.progress_of_targets(rows, user=self.user, today=today)
        return Response({"targets": [target_body(row, progress[row.pk]) for row in rows]})


class TargetView(_OfTargets):
    @extend_schema(responses=TargetHistoryShape, tags=["targets"])
    def get(self, request: Request, story_id: str, target_id: str) -> Response:
        """Show a target with the periods that were kept and missed."""
        target = self.target(self.story(story_id), target_id)
        return Response(target_with_history(target, self.progress(target)))

    @extend_schema(request=TargetBody(partial=True), responses=TargetShape, tags=["targets"])
    def patch(self, request: Request, story_id: str, target_id: str) -> Response:
        """Change any part of a target."""
        values = self.body(TargetBody, partial=True)
        target = self.target(self.story(story_id), target_id)
        changed = target_services.update_target(target, **values)
        refresh_goal(self.user, at=self.at)
        return Response(self.answer(changed))

    @extend_schema(request=TargetBody(partial=True), responses=TargetShape, tags=["targets"])
    def put(self, request: Request, story_id: str, target_id: str) -> Response:
        """Change any part of a target; the same as PATCH."""
        return self.patch(request, story_id, target_id)

    @extend_schema(responses={204: None}, tags=["targets"])
    def delete(self, request: Request, story_id: str, target_id: str) -> Response:
        """Take a target away; what was written stays written."""
        target_services.delete_target(self.target(self.story(story_id), target_id))
        refresh_goal(self.user, at=self.at)
        return Response(status=status.HTTP_204_NO_CONTENT)


class AllTargetsView(_OfTargets):
    @extend_schema(responses=StoryTargetsShape(many=True), tags=["targets"])
    def get(self, request: Request) -> Response:
        """List every story with its targets, newest story first."""
        stories = Story.objects.visible_to(self.user).live().with_counts().newest_first()
        targets = list(Target.objects.visible_to(self.user).order_by("created_at", "id"))
        today = self.user.day_of(self.at)
        progress = reports.progress_of_targets(targets, user=self.user, today=today)
        of_story: dict[UUID, list[dict[str, Any]]] = {}
        for target in targets:
            body = target_body(target, progress[target.pk])
            of_story.setdefault(target.story_id, []).append(body)
        return Response(
            [
                {
                    "id": story.pk,
                    "title": story.title,
                    "word_count": story.word_count,  # type: ignore[attr-defined]
                    "targets": of_story.get(story.pk, []),
                }
                for story in stories
            ]
        )
