"""The OpenAPI document and the API agree: schemathesis, with all of its checks, finds nothing.

Requests that fit the document and requests that do not, made up ones and chains of them (what one
answer names is asked for next), by a writer with things of her own. Made from a seed, so that each
run asks the same; `NEXUS_EXAMPLES` and `NEXUS_SEED` ask more. Each kind of value at its edges, some
5,000 requests in about five minutes, is asked by `make faults` (`tests/faults/test_edges.py`), or
here with `NEXUS_PHASES=examples,coverage`.
"""

import json
import os
import uuid

import pytest
import schemathesis
from django.db import connection
from django.test import Client
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema

from accounts.models import Session, User
from tests.security.test_strangers import OPERATIONS

EXAMPLES = int(os.environ.get("NEXUS_EXAMPLES", "0"))
PHASES = os.environ.get("NEXUS_PHASES", "fuzzing,stateful").split(",")
SEED = int(os.environ.get("NEXUS_SEED", "7"))
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
# Where the document cannot say what is wrong with a value: it is no zone, it crosses another date.
# A shape that is refused although the document allows it is a fault of the document.
RULES = {400, 412, 422, 428}
SHAPES = {
    "required",
    "null",
    "invalid_choice",
    "max_length",
    "min_length",
    "max_value",
    "min_value",
    "not_a_list",
    "max_string_length",
}
# It answers 503 where a studio has no Google; `accounts/tests/test_google_api.py` has one.
LEFT_ALONE = "/api/v1/auth/google/callback"


def settings_of(address, phases, examples):
    return SchemathesisConfig.from_dict(
        {
            "seed": SEED,
            "base-url": address,
            "request-timeout": 120,
            "cache": {"enabled": False},
            # A busy machine is slow, which says nothing about the API.
            "suppress-health-check": ["all"],
            "continue-on-failure": True,
            "generation": {
                "max-examples": examples,
                "deterministic": True,
                "database": "none",
                "no-shrink": True,
            },
            "phases": {
                name: {"enabled": name in phases}
                for name in ("examples", "coverage", "fuzzing", "stateful")
            },
            "operations": [{"include-path": LEFT_ALONE, "enabled": False}],
        }
    )


class Writer:
    """Signs in whoever asks, again once an answer has signed her out or closed her account."""

    user: User
    key: str | None = None

    def get(self, case, context):
        if not Session.objects.filter(session_key=self.key, user=self.user).exists():
            User.objects.filter(pk=self.user.pk).update(deleted_at=None, is_active=True)
            client = Client()
            client.force_login(User.objects.get(pk=self.user.pk), backend=BACKEND)
            self.key = client.cookies["session_id"].value
        # The threads that ask come and go.
        connection.close()
        return self.key

    def set(self, case, key, context):
        case.cookies = {**(case.cookies or {}), "session_id": key}
        # A key that was used answers for another request; a program makes a new one each time.
        if is_uuid((case.headers or {}).get("Idempotency-Key", "")):
            case.headers["Idempotency-Key"] = str(uuid.uuid4())


def prepared(address, user, phases, examples):
    """Return the document as the app serves it, with a writer who asks."""
    served = json.loads(Client().get("/api/v1/schema").content)
    config = settings_of(address, phases, examples)
    document = schemathesis.openapi.from_dict(served, config=config)
    document.auth(refresh_interval=None)(type("Asking", (Writer,), {"user": user}))

    @document.hook
    def filter_failure(context, failure, case, response):
        return not is_a_rule(failure, response)

    return document


def is_uuid(value):
    try:
        return bool(uuid.UUID(value))
    except ValueError:
        return False


def is_a_rule(failure, response):
    """Say whether a well-formed request was refused for what no schema can say."""
    if type(failure).__name__ != "RejectedPositiveData" or response.status_code not in RULES:
        return False
    problem = response.json()
    return not SHAPES & {error["code"] for error in problem.get("errors", [])}


def faults_of(document):
    """Run everything; return what was found, each with how to ask for it again."""
    found, cases, operations = {}, 0, set()
    for event in from_schema(document).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            raise AssertionError(
                event.value if isinstance(event, events.NonFatalError) else event.exception
            )
        if not isinstance(event, events.ScenarioFinished):
            continue
        cases += len(event.recorder.cases)
        for case_id, nodes in event.recorder.checks.items():
            case = event.recorder.cases[case_id].value
            operations.add(case.operation.label)
            for node in nodes:
                if node.status != Status.SUCCESS and node.failure_info:
                    failure = node.failure_info.failure
                    answer = event.recorder.interactions[case_id].response
                    where = (case.operation.label, node.name, failure.title)
                    said = (answer.status_code, answer.text[:300]) if answer else ""
                    found.setdefault(
                        where, f"{failure.message}\n{node.failure_info.code_sample}\n{said}"
                    )
    return found, cases, operations


def told(found):
    return "\n\n".join(f"{' | '.join(where)}\n{what}" for where, what in sorted(found.items()))


@pytest.mark.django_db(transaction=True)
def test_what_is_made_up_and_chains_of_it_hold(live_server, alice):
    document = prepared(live_server.url, alice, PHASES, EXAMPLES or 1)
    found, cases, operations = faults_of(document)
    assert not found, told(found)
    assert cases > 100 and len(operations) == len(OPERATIONS) - 1
