"""A portrait is a web address or nothing."""

import pytest


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "//other.example/x", "https://[broken"]
)
def test_a_portrait_that_is_no_web_address_is_refused(as_alice, address):
    answer = as_alice.patch(
        "/api/v1/auth/me", {"profile_img": address}, content_type="application/json"
    )
    assert answer.status_code == 422


@pytest.mark.parametrize("address", ["", "https://example.com/a.png", "/media/a.png", "a.png"])
def test_a_web_address_is_kept(as_alice, address):
    answer = as_alice.patch(
        "/api/v1/auth/me", {"profile_img": address}, content_type="application/json"
    )
    assert answer.json()["profile_img"] == address
