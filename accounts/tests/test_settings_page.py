"""A writer changes her name, her days and her theme."""

import pytest

pytestmark = pytest.mark.django_db
PROFILE = {
    "section": "profile",
    "username": "Alice Munro",
    "time_zone": "America/Toronto",
    "day_end_hour": "3",
    "week_start": "7",
}


def test_saves_name_time_zone_and_day(as_alice, alice):
    assert as_alice.post("/settings/", PROFILE).url == "/settings/"
    alice.refresh_from_db()
    assert (alice.username, alice.time_zone) == ("Alice Munro", "America/Toronto")
    assert (alice.day_end_hour, alice.week_start) == (3, 7)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", "  "),
        ("username", "bell\x07"),
        ("username", "x" * 101),
        ("time_zone", "Mars/Olympus"),
        ("time_zone", "../../etc/passwd"),
        ("day_end_hour", "7"),
        ("day_end_hour", "-1"),
        ("week_start", "3"),
    ],
)
def test_refuses_with_the_reason_and_changes_nothing(as_alice, alice, field, value):
    answer = as_alice.post("/settings/", PROFILE | {field: value})
    assert answer.status_code == 422
    assert list(answer.context["profile_form"].errors) == [field]
    assert answer.context["user"].username == "Alice"
    alice.refresh_from_db()
    assert (alice.username, alice.time_zone) == ("Alice", "UTC")


def test_saves_preferences_apart_from_the_profile(as_alice, alice):
    as_alice.post("/settings/", {"section": "preferences", "theme": "dark", "idle_minutes": "15"})
    alice.preferences.refresh_from_db()
    assert (alice.preferences.theme, alice.preferences.idle_minutes) == ("dark", 15)


@pytest.mark.parametrize("change", [{"idle_minutes": "0"}, {"idle_minutes": "31"}, {"theme": "x"}])
def test_refuses_preferences_out_of_range(as_alice, change):
    form = {"section": "preferences", "theme": "dark", "idle_minutes": "5"} | change
    assert as_alice.post("/settings/", form).status_code == 422


@pytest.mark.parametrize("section", ["", "elsewhere"])
def test_an_unknown_section_changes_nothing(as_alice, alice, section):
    assert as_alice.post("/settings/", PROFILE | {"section": section}).status_code == 422
    alice.refresh_from_db()
    assert alice.username == "Alice"


def test_the_chosen_theme_is_in_the_first_byte_of_every_page(as_alice):
    answer = as_alice.post("/settings/theme/", {"theme": "dark", "next": "/settings/"})
    assert answer.url == "/settings/"
    assert 'data-theme="dark"' in as_alice.get("/settings/").content.decode()


def test_an_unknown_theme_changes_nothing(as_alice, alice):
    as_alice.post("/settings/theme/", {"theme": "neon"})
    alice.preferences.refresh_from_db()
    assert alice.preferences.theme == "system"


def test_the_theme_never_leads_off_the_site(as_alice):
    answer = as_alice.post("/settings/theme/", {"theme": "dark", "next": "//evil.example/"})
    assert answer.url == "/"


def test_theme_is_only_posted(as_alice):
    assert as_alice.get("/settings/theme/").status_code == 405


@pytest.mark.parametrize("path", ["/settings/", "/settings/theme/"])
def test_a_visitor_is_sent_to_sign_in(client, path):
    assert client.post(path).url.startswith("/accounts/login/")
