"""A portrait is a web address or nothing; its owner's pages show it, and no others."""

import pytest

from accounts.portraits import portrait_at

PICTURE = "https://pictures.example:8443/a.png?size=96&round=1"
SHOWN = "https://pictures.example:8443/a.png?size=96&amp;round=1"


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


# --- Where it is shown --------------------------------------------------------------


def give(user, address):
    user.profile_img = address
    user.save(update_fields=["profile_img"])


def test_her_own_pages_show_it_and_may_load_it_from_there_alone(as_alice, alice):
    give(alice, PICTURE)
    page = as_alice.get("/settings/")
    assert page.content.decode().count(f'src="{SHOWN}"') == 2
    assert f'src="{SHOWN}" alt="" width="28"' in page.content.decode()
    assert f'src="{SHOWN}" alt="Your portrait" width="96"' in page.content.decode()
    policy = page.headers["Content-Security-Policy"]
    assert "img-src 'self' https://pictures.example:8443 data: blob:;" in policy
    assert "default-src 'self';" in policy


def test_a_page_without_it_may_load_nothing_from_there(as_alice, alice):
    give(alice, PICTURE)
    for path in ("/api/v1/auth/me", "/health"):
        answer = as_alice.get(path)
        assert "img-src 'self' data: blob:;" in answer.headers["Content-Security-Policy"]


@pytest.mark.django_db
def test_nobody_elses_browser_is_made_to_load_it(alice, bob, carol, signed_in):
    give(alice, PICTURE)
    pages = {bob: "/settings/", carol: f"/admin/accounts/user/{alice.pk}/change/"}
    for person, path in pages.items():
        answer = signed_in(person).get(path)
        assert answer.status_code == 200
        assert f'src="{SHOWN}"' not in answer.content.decode()
        assert "pictures.example" not in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a.png",
        "http://pictures.example/a.png",
        "https://pictures.example; script-src *",
        "https://a.example; script-src */x",
        'https://a.example/"><script>/é',
        "https://user:secret@a.example/a.png",
        "https://*/a.png",
    ],
)
def test_what_a_browser_should_not_fetch_is_not_shown(as_alice, alice, address):
    assert portrait_at(address) is None
    give(alice, address)
    page = as_alice.get("/settings/")
    assert 'class="portrait' not in page.content.decode()
    assert "img-src 'self' data: blob:;" in page.headers["Content-Security-Policy"]


def test_the_page_takes_addresses_that_it_can_show(as_alice, alice):
    refused = as_alice.post("/settings/", {"username": "Alice", "profile_img": "http://a.example/"})
    assert refused.status_code == 422
    as_alice.post("/settings/", {"username": "Alice", "profile_img": PICTURE})
    alice.refresh_from_db()
    assert alice.profile_img == PICTURE


def test_an_address_that_a_program_gave_keeps_nothing_from_being_saved(as_alice, alice):
    give(alice, "a.png")
    answer = as_alice.post("/settings/", {"username": "Alice M.", "profile_img": "a.png"})
    assert answer.status_code == 302
