"""The API of rest days and of the streak they protect."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from analytics import reports, tables
from analytics.models import RestDay
from analytics.resting import declare_rest, withdraw_rest
from analytics.serializers.queries import CsvQuery
from analytics.serializers.rest import RestBody, RestListShape, RestQuery, RestShape
from analytics.serializers.statistics import StreakShape
from analytics.viewsets.base import LedgerView, in_formats
from nexus.lib.api import find


class RestDaysView(LedgerView):
    @extend_schema(
        operation_id="list_rest_days",
        parameters=[RestQuery],
        responses=in_formats(RestListShape),
        tags=["rest"],
    )
    def get(self, request: Request) -> HttpResponseBase:
        """List what was declared, the latest first."""
        query = self.query(RestQuery)
        rows = RestDay.objects.visible_to(self.user).order_by("-from_date", "-created_at")
        if "from_date" in query:
            rows = rows.filter(Q(to_date__isnull=True) | Q(to_date__gte=query["from_date"]))
        if "to_date" in query:
            rows = rows.filter(from_date__lte=query["to_date"])
        return self.answer_as(
            query,
            lambda: {"rest_days": RestShape(rows, many=True).data},
            lambda: tables.rest_table(rows),
        )

    @extend_schema(request=RestBody, responses={201: RestShape}, tags=["rest"])
    def post(self, request: Request) -> Response:
        """Declare rest, ahead or afterwards."""
        values = self.body(RestBody)
        rest = declare_rest(self.user, today=self.user.day_of(self.at), **values)
        return Response(RestShape(rest).data, status=status.HTTP_201_CREATED)


class RestDayView(LedgerView):
    @extend_schema(responses={204: None}, tags=["rest"])
    def delete(self, request: Request, rest_id: str) -> Response:
        """Take a declaration back, as if it had never been made."""
        rest = find(RestDay.objects.all(), rest_id, user=self.user)
        withdraw_rest(rest, today=self.user.day_of(self.at))
        return Response(status=status.HTTP_204_NO_CONTENT)


class StreakView(LedgerView):
    @extend_schema(
        operation_id="get_streak",
        parameters=[CsvQuery],
        responses=in_formats(StreakShape),
        tags=["analytics"],
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Tell the consecutive writing days, and how many rest days they kept."""
        query = self.query(CsvQuery)
        found = reports.streak(self.user, at=self.at)
        return self.answer_as(
            query, lambda: StreakShape(found).data, lambda: tables.streak_table(found)
        )
