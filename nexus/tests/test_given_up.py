"""A transaction that Postgres gave up on, since it stood still itself, may be tried again."""

import time

import pytest
from django.db import DatabaseError, InternalError, connection, transaction

from nexus.lib.problems import as_busy


def given_up():
    """Return what a transaction hears after Postgres ended it for doing nothing."""
    with (
        pytest.raises(DatabaseError) as refused,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET idle_in_transaction_session_timeout = '20ms'")
        time.sleep(0.2)
        cursor.execute("SELECT 1")
    connection.close()
    return refused.value


@pytest.mark.django_db(transaction=True)
def test_a_transaction_postgres_gave_up_on_is_answered_as_busy():
    error = given_up()
    assert isinstance(error, InternalError)
    assert as_busy(error).status == 503


def test_other_internal_errors_stay_faults_of_ours():
    assert as_busy(InternalError("current transaction is aborted")) is None
