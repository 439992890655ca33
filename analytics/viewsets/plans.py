"""The API of a story's plan and its forecast."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from analytics import reports, tables
from analytics.periods import Period
from analytics.serializers.plans import (
    MOST_DAYS_SHOWN,
    ForecastShape,
    PlanDaysQuery,
    PlanDaysShape,
    PlanShape,
)
from analytics.serializers.queries import CsvQuery
from analytics.viewsets.base import LedgerView, in_formats
from nexus.lib.api import find
from nexus.lib.errors import Invalid, NotFound
from stories.models import Plan, Story
from stories.serializers import PlanChangeSerializer
from stories.services import targets as target_services

OF_THE_PLAN = (
    "story_id",
    "total_words",
    "start_words",
    "start_on",
    "due_on",
    "weekday_weights",
    "strategy",
)
OF_TODAY = (
    "word_count",
    "words_left",
    "days_left",
    "quota_today",
    "written_today",
    "remaining_today",
    "percent",
    "rest_today",
)


class _OfPlan(LedgerView):
    def counted_story(self, story_id: str) -> Any:
        return find(Story.objects.live().with_counts(), story_id, user=self.user)

    def plan_report(self, story_id: str) -> reports.PlanReport:
        """Return the story's plan today; NotFound when it has none."""
        story = self.counted_story(story_id)
        plan = Plan.objects.filter(story=story).first()
        if plan is None:
            raise NotFound("This story has no plan.", code="no_plan")
        return self.report_on(plan, story)

    def report_on(self, plan: Plan, story: Any) -> reports.PlanReport:
        return reports.plan_report(plan, word_count=story.word_count, user=self.user, at=self.at)


class PlanView(_OfPlan):
    @extend_schema(
        operation_id="get_plan",
        parameters=[CsvQuery],
        responses=in_formats(PlanShape),
        tags=["plans"],
    )
    def get(self, request: Request, story_id: str) -> HttpResponseBase:
        """Show the story's plan with what is left to do today; 404 when it has none."""
        query = self.query(CsvQuery)
        body = plan_body(self.plan_report(story_id))
        return self.answer_as(query, lambda: body, lambda: tables.plan_table(body))

    @extend_schema(
        operation_id="set_plan",
        request=PlanChangeSerializer,
        responses={200: PlanShape, 201: PlanShape},
        tags=["plans"],
    )
    def put(self, request: Request, story_id: str) -> Response:
        """Make or replace the plan; it starts today, from what is there, unless it says so."""
        values = self.body(PlanChangeSerializer)
        values.setdefault("start_on", self.user.day_of(self.at))
        if values["due_on"] < values["start_on"]:
            raise Invalid.field("due_on", "The last day must not come before the first.")
        story = self.counted_story(story_id)
        plan, is_new = target_services.set_plan(
            story, **{"start_words": start_words_of(story)} | values
        )
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(plan_body(self.report_on(plan, story)), status=code)

    @extend_schema(operation_id="delete_plan", responses={204: None}, tags=["plans"])
    def delete(self, request: Request, story_id: str) -> Response:
        """Give the plan up; 404 when there is none."""
        target_services.delete_plan(self.counted_story(story_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class PlanDaysView(_OfPlan):
    @extend_schema(
        operation_id="list_plan_days",
        parameters=[PlanDaysQuery],
        responses=in_formats(PlanDaysShape),
        tags=["plans"],
    )
    def get(self, request: Request, story_id: str) -> HttpResponseBase:
        """Show the plan day by day: what was, what is due, and the line of an even pace."""
        query = self.query(PlanDaysQuery)
        report = self.plan_report(story_id)
        first = max(query.get("from_date", report.plan.start_on), report.plan.start_on)
        most = min(report.plan.due_on, first + timedelta(days=MOST_DAYS_SHOWN - 1))
        last = min(query.get("to_date", most), most)
        days = report.days(Period(first, last)) if first <= last else ()
        return self.answer_as(
            query,
            lambda: PlanDaysShape({"days": days}).data,
            lambda: tables.plan_days_table(days),
        )


class ForecastView(_OfPlan):
    @extend_schema(
        operation_id="get_forecast",
        parameters=[CsvQuery],
        responses=in_formats(ForecastShape),
        tags=["plans"],
    )
    def get(self, request: Request, story_id: str) -> HttpResponseBase:
        """Tell when the plan will be done at the writer's own pace, and how sure that is.

        As CSV: today's forecast, and below it the ones that were kept.
        """
        query = self.query(CsvQuery)
        found = reports.forecast_report(self.plan_report(story_id))
        return self.answer_as(
            query, lambda: ForecastShape(found).data, lambda: tables.forecast_table(found)
        )


def start_words_of(story: Any) -> int:
    """Return where a plan begins that does not say so: as before, or with what is there."""
    kept = Plan.objects.filter(story=story).values_list("start_words", flat=True).first()
    return int(story.word_count if kept is None else kept)


def plan_body(report: reports.PlanReport) -> dict[str, Any]:
    """Return the plan's own fields, and what the report makes of them today."""
    own = {name: getattr(report.plan, name) for name in OF_THE_PLAN}
    of_today = {name: getattr(report, name) for name in OF_TODAY}
    return dict(PlanShape(own | of_today).data)
