"""Every kind of value at its edges: some 5,000 requests that the OpenAPI document calls forth."""

import pytest

from tests.security.test_document_holds import faults_of, prepared, told
from tests.security.test_strangers import OPERATIONS


@pytest.mark.django_db(transaction=True)
def test_the_document_holds_at_every_edge(live_server, alice):
    document = prepared(live_server.url, alice, ("examples", "coverage"), 1)
    found, cases, operations = faults_of(document)
    assert not found, told(found)
    assert cases > 2_000 and len(operations) == len(OPERATIONS) - 1
