"""The API of targets, statistics and the ledger."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from analytics import reports
from analytics.bodies import analytics_body, target_body
from analytics.models import WritingSession
from analytics.serializers import (
    AnalyticsQuery,
    AnalyticsShape,
    DashboardShape,
    DayShape,
    FrequencyQuery,
    SessionListShape,
    SessionShape,
    SessionsQuery,
    StoryTargetsShape,
    TargetBody,
    TargetListShape,
    TargetShape,
)
from analytics.tasks import refresh_goal
from nexus.lib.api import after_cursor, cut_page, find, parse_id
from nexus.lib.api_view import NUMBERS, ApiView
from nexus.lib.errors import NotFound
from stories.models import Story, Target
from stories.services import targets as target_services


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

    def target(self, story: Story, target_id: str) -> Target:
        """Return a target through its own story only."""
        target = Target.objects.filter(story=story, pk=parse_id(target_id)).first()
        if target is None:
            raise NotFound(_("This story has no such target."))
        return target

    def answer(self, target: Target) -> dict[str, Any]:
        today = self.user.day_of(self.at)
        progress = reports.target_progress(target, user=self.user, today=today)
        return target_body(target, progress)


class TargetsView(LedgerView):
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


class TargetView(LedgerView):
    @extend_schema(responses=TargetShape, tags=["targets"])
    def get(self, request: Request, story_id: str, target_id: str) -> Response:
        return Response(self.answer(self.target(self.story(story_id), target_id)))

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
        target_services.delete_target(self.target(self.story(story_id), target_id))
        refresh_goal(self.user, at=self.at)
        return Response(status=status.HTTP_204_NO_CONTENT)


class AllTargetsView(LedgerView):
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


class StoryAnalyticsView(LedgerView):
    @extend_schema(parameters=[AnalyticsQuery], responses=AnalyticsShape, tags=["analytics"])
    def get(self, request: Request, story_id: str) -> Response:
        """Key figures, words over time and the target of a story."""
        query = self.query(AnalyticsQuery)
        story = self.story(story_id)
        report = reports.story_analytics(story, at=self.at, **query)
        return Response(analytics_body(report, story_id=story.pk))


class DashboardView(LedgerView):
    @extend_schema(responses=DashboardShape, tags=["analytics"])
    def get(self, request: Request) -> Response:
        """Today, the streak, this week, the last chapters and the library's totals."""
        return Response(DashboardShape(reports.dashboard(self.user, at=self.at)).data)


class DayView(LedgerView):
    @extend_schema(responses=DayShape, tags=["analytics"])
    def get(self, request: Request, day: str) -> Response:
        """The why of a day: the sessions that made its words."""
        report = reports.day_report(self.user, parse_day(day), at=self.at)
        return Response(DayShape(report).data)


class SessionsView(LedgerView):
    @extend_schema(parameters=[SessionsQuery], responses=SessionListShape, tags=["analytics"])
    def get(self, request: Request) -> Response:
        """The ledger's rows, newest first."""
        query = self.query(SessionsQuery)
        rows = WritingSession.objects.visible_to(self.user)
        if "from_date" in query:
            rows = rows.filter(day__gte=query["from_date"])
        if "to_date" in query:
            rows = rows.filter(day__lte=query["to_date"])
        if "story" in query:
            rows = rows.filter(story_id=self.story(str(query["story"])).pk)
        place = after_cursor(query.get("cursor"), field="started_at")
        found = rows.filter(place).order_by("-started_at", "-pk")[: query["limit"] + 1]
        page, cursor = cut_page(list(found), limit=query["limit"], field="started_at")
        return Response({"sessions": SessionShape(page, many=True).data, "next_cursor": cursor})


def parse_day(raw: str) -> date:
    """Return the date in a path; what is none names nothing."""
    try:
        return date.fromisoformat(raw)
    except ValueError as error:
        raise NotFound(_("There is no such day.")) from error
