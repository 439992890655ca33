"""What the worker's own library logs: an outage is one line, anything else keeps its traceback."""

from redis import ConnectionError as RedisConnectionError

from nexus.logging import without_outages


def failure(first, second):
    """Return an error that was raised while another was being handled."""
    try:
        try:
            raise first
        except type(first):
            raise second  # noqa: B904
    except type(second) as error:
        return error


def logged(error, logger="celery.worker"):
    event = {"logger": logger, "exc_info": (type(error), error, error.__traceback__)}
    return without_outages(None, "error", event)


def test_a_lost_server_behind_an_error_of_the_worker_is_named_without_a_traceback():
    error = failure(RedisConnectionError("gone"), AttributeError("hostname"))
    assert logged(error) == {"logger": "celery.worker", "cause": "ConnectionError"}


def test_other_errors_and_other_loggers_keep_their_tracebacks():
    assert "exc_info" in logged(failure(KeyError("a"), ValueError("b")))
    lost = failure(RedisConnectionError("gone"), AttributeError("hostname"))
    assert "exc_info" in logged(lost, "nexus.effects")
    assert without_outages(None, "info", {"logger": "celery.beat"}) == {"logger": "celery.beat"}
