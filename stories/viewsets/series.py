"""Series in the API."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from nexus.lib.api import find
from nexus.lib.api_view import ApiView
from stories import series_serializers as shapes
from stories.models import Series
from stories.series import Shelf, shelves_of
from stories.services import shelves
from stories.viewsets.answers import own_story


class SeriesListView(ApiView):
    @extend_schema(
        operation_id="list_series", responses=shapes.SeriesListSerializer, tags=["series"]
    )
    def get(self, request: Request) -> Response:
        """List the writer's series by title, each with its books in order."""
        found = Series.objects.visible_to(self.person).by_title()
        return Response(shapes.SeriesListSerializer({"series": shelves_of(found)}).data)

    @extend_schema(
        operation_id="create_series",
        request=shapes.NewSeriesSerializer,
        responses={201: shapes.SeriesSerializer},
        tags=["series"],
    )
    def post(self, request: Request) -> Response:
        """Begin a series; 409 when the writer has one of that title."""
        body = self.body(shapes.NewSeriesSerializer)
        stories = [own_story(request, str(story_id)) for story_id in body["stories"]]
        series = shelves.create_series(
            self.person, title=body["title"], stories=stories, at=timezone.now()
        )
        return Response(_whole(series), status=status.HTTP_201_CREATED)


class SeriesView(ApiView):
    @extend_schema(operation_id="get_series", responses=shapes.SeriesSerializer, tags=["series"])
    def get(self, request: Request, series_id: str) -> Response:
        """Show one series with its books in order."""
        return Response(_whole(_own_series(request, series_id)))

    @extend_schema(
        operation_id="update_series",
        request=shapes.SeriesChangeSerializer,
        responses=shapes.SeriesSerializer,
        tags=["series"],
    )
    def patch(self, request: Request, series_id: str) -> Response:
        """Rename a series, or put its books in another order."""
        body = self.body(shapes.SeriesChangeSerializer)
        series = _own_series(request, series_id)
        with transaction.atomic():
            if "title" in body:
                shelves.rename_series(series, title=body["title"], at=timezone.now())
            if "order" in body:
                shelves.order_series(series, body["order"], at=timezone.now())
        return Response(_whole(series))

    @extend_schema(operation_id="dissolve_series", responses={204: None}, tags=["series"])
    def delete(self, request: Request, series_id: str) -> Response:
        """Take a series apart; its stories stay."""
        shelves.dissolve_series(_own_series(request, series_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _own_series(request: Request, series_id: str) -> Series:
    return find(Series.objects.all(), series_id, user=request.user)


def _whole(series: Series) -> dict[str, Any]:
    shelf: Shelf = shelves_of(Series.objects.filter(pk=series.pk))[0]
    return dict(shapes.SeriesSerializer(shelf).data)
