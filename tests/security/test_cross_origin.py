"""Another site's page changes nothing in a writer's name: not by the API, a form or a preflight."""

import pytest
from django.test import Client

from tests.security.test_strangers import (  # noqa: F401 - owned and trashed are fixtures
    OPERATIONS,
    PAGES,
    belongings,
    everything_of,
    filled,
    owned,
    trashed,
)

FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://testserver.evil.example"},
    {"Origin": "https://testserver"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver:81"},
]
CHANGES = [operation for operation in OPERATIONS if operation.method != "GET"]


class FromElsewhere(Client):
    """A browser in which another site's page asks."""

    def __init__(self, cookies, headers):
        super().__init__(enforce_csrf_checks=True, headers=headers)
        self.cookies = cookies


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_no_operation_is_asked_for_by_another_site(
    headers,
    as_alice,
    alice,
    owned,  # noqa: F811
    trashed,  # noqa: F811
):
    client = FromElsewhere(as_alice.cookies, headers)
    before = everything_of(alice)
    for operation in CHANGES:
        answer = operation.ask(client, belongings(operation.path, owned, trashed))
        assert answer.status_code == 403, (operation, answer.content)
        assert answer.json()["code"] == "cross_origin", operation
    assert everything_of(alice) == before


def test_no_answer_is_shared_with_another_site(as_alice, owned, trashed):  # noqa: F811
    client = FromElsewhere(as_alice.cookies, {"Origin": "https://evil.example"})
    asked = {
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "content-type,if-match",
    }
    for operation in OPERATIONS:
        path = f"/api/v1{operation.filled(belongings(operation.path, owned, trashed))}"
        for answer in (client.options(path, headers=asked), client.get(path)):
            shared = [name for name in answer.headers if name.startswith("Access-Control")]
            assert not shared, operation
            assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin", operation


def test_no_form_is_sent_by_another_site(as_alice, alice, owned, trashed):  # noqa: F811
    client = FromElsewhere(as_alice.cookies, {"Origin": "https://evil.example"})
    before = everything_of(alice)
    for page in ["", *PAGES, "accounts/logout/", "accounts/password/change/", "accounts/login/"]:
        answer = client.post("/" + page if "<" not in page else filled(page, owned), {"title": "x"})
        assert answer.status_code in {403, 405}, page
    assert everything_of(alice) == before
    assert as_alice.get("/api/v1/auth/me").status_code == 200
