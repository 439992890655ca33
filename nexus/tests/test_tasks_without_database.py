"""A task that a restarting database interrupts is tried again, and nobody is alarmed."""

import pytest
from celery import current_app
from celery.exceptions import Retry
from django.db import InterfaceError, OperationalError

PERIODIC = sorted(entry["task"] for entry in current_app.conf.beat_schedule.values())


@pytest.mark.parametrize("name", PERIODIC)
def test_every_task_of_the_clock_is_tried_again_without_a_database(name):
    current_app.loader.import_default_modules()
    task = current_app.tasks[name]
    assert {OperationalError, InterfaceError} <= set(task.autoretry_for)


def test_an_interrupted_task_asks_for_another_try(monkeypatch):
    def interrupted():
        raise OperationalError("the connection is closed")

    task = current_app.task(interrupted, name="tests.interrupted")
    assert task.max_retries == 6
    monkeypatch.setattr(task, "apply_async", lambda *args, **options: None)
    task.push_request(called_directly=False, retries=0, args=(), kwargs={})
    try:
        with pytest.raises(Retry):
            task.run()
    finally:
        task.pop_request()
        current_app.tasks.pop("tests.interrupted")
