"""A story's plan in the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from nexus.lib.api import find
from nexus.lib.api_view import NUMBERS, ApiView
from nexus.lib.errors import Invalid, NotFound
from stories import serializers as shapes
from stories.models import Plan, Story
from stories.plans import days_left, quota_of_day
from stories.services import targets as target_services


class PlanView(ApiView):
    scopes = NUMBERS

    @extend_schema(operation_id="get_plan", responses=shapes.PlanSerializer, tags=["plans"])
    def get(self, request: Request, story_id: str) -> Response:
        """Show the story's plan with what is left to do today; 404 when it has none."""
        story = counted_story(request, story_id)
        plan = Plan.objects.filter(story=story).first()
        if plan is None:
            raise NotFound("This story has no plan.", code="no_plan")
        return Response(plan_answer(plan, story, user=self.person, at=timezone.now()))

    @extend_schema(
        operation_id="set_plan",
        request=shapes.PlanChangeSerializer,
        responses={200: shapes.PlanSerializer, 201: shapes.PlanSerializer},
        tags=["plans"],
    )
    def put(self, request: Request, story_id: str) -> Response:
        """Make or replace the plan; it starts today unless it says otherwise."""
        values = self.body(shapes.PlanChangeSerializer)
        at = timezone.now()
        values.setdefault("start_on", self.person.day_of(at))
        if values["due_on"] < values["start_on"]:
            raise Invalid.field("due_on", "The last day must not come before the first.")
        story = counted_story(request, story_id)
        plan, is_new = target_services.set_plan(story, **values)
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(plan_answer(plan, story, user=self.person, at=at), status=code)

    @extend_schema(operation_id="delete_plan", responses={204: None}, tags=["plans"])
    def delete(self, request: Request, story_id: str) -> Response:
        """Give the plan up."""
        target_services.delete_plan(counted_story(request, story_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


def counted_story(request: Request, story_id: str) -> Any:
    return find(Story.objects.live().with_counts(), story_id, user=request.user)


def plan_answer(plan: Plan, story: Any, *, user: User, at: datetime) -> dict[str, Any]:
    today = user.day_of(at)
    words_left = max(0, plan.total_words - story.word_count)
    days = {
        "start_on": plan.start_on,
        "due_on": plan.due_on,
        "weekday_weights": plan.weekday_weights,
    }
    answer = {
        "story_id": story.pk,
        "total_words": plan.total_words,
        "start_words": plan.start_words,
        "strategy": plan.strategy,
        "word_count": story.word_count,
        "words_left": words_left,
        "days_left": days_left(today, **days),
        "quota_today": quota_of_day(today, words_left=words_left, **days),
        **days,
    }
    return dict(shapes.PlanSerializer(answer).data)
