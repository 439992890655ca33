"""The pages of statistics, days and targets."""

from django.urls import path, register_converter

from analytics import past_pages, plan_views, target_views, views
from analytics.converters import DayConverter

app_name = "analytics"
register_converter(DayConverter, "day")

urlpatterns = [
    path("analytics/", views.overview, name="overview"),
    path("analytics/lifetime/", views.lifetime, name="lifetime"),
    path("stories/<uuid:story_id>/analytics/", views.story, name="story"),
    path("days/<day:day>/", views.day, name="day"),
    path("settings/day/past/", past_pages.count_anew, name="count_anew"),
    path("targets/", target_views.targets, name="targets"),
    path("targets/rest/", target_views.rest_add, name="rest_add"),
    path("targets/rest/<uuid:rest_id>/end/", target_views.rest_end, name="rest_end"),
    path("targets/rest/<uuid:rest_id>/delete/", target_views.rest_delete, name="rest_delete"),
    path("stories/<uuid:story_id>/plan/", plan_views.plan, name="plan"),
    path("stories/<uuid:story_id>/plan/delete/", plan_views.plan_delete, name="plan_delete"),
    path("stories/<uuid:story_id>/targets/new/", views.target_create, name="target_create"),
    path("targets/<uuid:target_id>/", views.target_edit, name="target_edit"),
    path("targets/<uuid:target_id>/delete/", views.target_delete, name="target_delete"),
]
