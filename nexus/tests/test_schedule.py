"""What beat sends by the clock exists, and the worker knows it."""

import pytest
from django.conf import settings

from nexus.celery import app


@pytest.fixture(scope="module", autouse=True)
def _tasks_are_found():
    app.loader.import_default_modules()


@pytest.mark.parametrize("name", settings.CELERY_BEAT_SCHEDULE)
def test_a_scheduled_task_exists(name):
    assert settings.CELERY_BEAT_SCHEDULE[name]["task"] in app.tasks


@pytest.mark.django_db
@pytest.mark.parametrize("name", settings.CELERY_BEAT_SCHEDULE)
def test_a_scheduled_task_finds_nothing_to_do_on_an_empty_studio(name):
    app.tasks[settings.CELERY_BEAT_SCHEDULE[name]["task"]]()
