"""Preferences as programs see them: sections, strict types, nothing that acts on nothing."""

import pytest

pytestmark = pytest.mark.django_db
URL = "/api/v1/auth/me/preferences"
DEFAULTS = {
    "appearance": {"theme": "system", "reduced_motion": False},
    "editor": {
        "font": "literata",
        "size": 19,
        "line_height": 1.6,
        "width": 65,
        "spell_check": True,
        "typewriter": False,
        "focus_mode": False,
    },
    "writing_day": {
        "time_zone": "UTC",
        "day_end_hour": 0,
        "week_start": 1,
        "idle_minutes": 5,
        "counting_rule": "nexus-1",
        "daily_minimum": 1,
        "minimum_unit": "words",
    },
    "notifications": {"mail_new_device": True, "mail_finished_jobs": False},
}


def put(client, body):
    return client.put(URL, body, content_type="application/json")


def test_every_preference_is_told_in_one_query(as_alice, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert as_alice.get(URL).json() == DEFAULTS


def test_one_section_changes_alone_and_a_part_of_it_too(as_alice):
    answer = put(as_alice, {"editor": {"size": 24, "line_height": 1.8}})
    assert answer.status_code == 200
    changed = DEFAULTS | {"editor": DEFAULTS["editor"] | {"size": 24, "line_height": 1.8}}
    assert answer.json() == as_alice.get(URL).json() == changed


def test_several_sections_change_together(as_alice, alice):
    day = {"time_zone": "Asia/Tokyo", "day_end_hour": 4, "week_start": 7, "idle_minutes": 9}
    put(as_alice, {"appearance": {"theme": "sepia"}, "writing_day": day})
    alice.refresh_from_db()
    assert (alice.preferences.theme, alice.preferences.idle_minutes) == ("sepia", 9)
    assert alice.time_zone == "Asia/Tokyo"
    assert (alice.day_end_hour, alice.week_start) == (4, 7)


def test_nothing_asked_changes_nothing(as_alice):
    assert put(as_alice, {}).json() == DEFAULTS


def test_a_refused_section_leaves_the_others_alone(as_alice):
    body = {"appearance": {"theme": "dark"}, "editor": {"size": 99}}
    assert put(as_alice, body).status_code == 422
    assert as_alice.get(URL).json() == DEFAULTS


@pytest.mark.parametrize(
    ("section", "name", "value"),
    [
        ("appearance", "theme", "neon"),
        ("appearance", "theme", 1),
        ("appearance", "theme", ["dark"]),
        ("appearance", "theme", None),
        ("appearance", "reduced_motion", 1),
        ("appearance", "reduced_motion", "yes"),
        ("appearance", "colour", "red"),
        ("editor", "font", "comic-sans"),
        ("editor", "size", 13),
        ("editor", "size", 29),
        ("editor", "size", "19"),
        ("editor", "size", 19.0),
        ("editor", "size", True),
        ("editor", "line_height", 1.2),
        ("editor", "line_height", 2.1),
        ("editor", "line_height", 1.55),
        ("editor", "line_height", "1.6"),
        ("editor", "line_height", True),
        ("editor", "line_height", 10**400),
        ("editor", "width", 55),
        ("editor", "width", 81),
        ("editor", "spell_check", 0),
        ("writing_day", "time_zone", "Mars/Olympus"),
        ("writing_day", "time_zone", ""),
        ("writing_day", "day_end_hour", 7),
        ("writing_day", "week_start", "7"),
        ("writing_day", "week_start", 2),
        ("writing_day", "week_start", True),
        ("writing_day", "idle_minutes", 0),
        ("writing_day", "idle_minutes", 31),
        ("writing_day", "counting_rule", "abacus"),
        ("writing_day", "daily_minimum", 0),
        ("writing_day", "daily_minimum", 10_001),
        ("writing_day", "minimum_unit", "pages"),
        ("notifications", "mail_new_device", None),
    ],
)
def test_a_wrong_value_is_422_with_its_path(as_alice, section, name, value):
    answer = put(as_alice, {section: {name: value}})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert [error["field"] for error in answer.json()["errors"]] == [f"{section}.{name}"]
    assert as_alice.get(URL).json() == DEFAULTS


@pytest.mark.parametrize("body", [{"colours": {}}, {"Editor": {"size": 20}}])
def test_an_unknown_section_is_422(as_alice, body):
    answer = put(as_alice, body)
    assert [error["field"] for error in answer.json()["errors"]] == list(body)


@pytest.mark.parametrize("body", [[], '"editor"', 3, {"editor": []}, {"editor": None}])
def test_a_body_of_another_shape_is_422(as_alice, body):
    assert put(as_alice, body).status_code == 422


def test_preferences_are_closed_to_visitors(client):
    assert client.get(URL).status_code == put(client, {}).status_code == 403


def test_page_and_api_change_the_same(as_alice):
    as_alice.post("/settings/appearance/", {"theme": "sepia"})
    assert as_alice.get(URL).json()["appearance"]["theme"] == "sepia"
    put(as_alice, {"appearance": {"theme": "dark"}})
    assert 'data-theme="dark"' in as_alice.get("/").content.decode()


# --- The profile ------------------------------------------------------------------

ME = "/api/v1/auth/me"
ABOUT = {
    "first_name": "Alice",
    "last_name": "Munro",
    "country": "Canada",
    "city": "Wingham",
    "phone": "+1 519 555 0100",
    "bio": "Short stories.\nLong sentences.",
    "website": "https://alice.example/",
}


def patch(client, body):
    return client.patch(ME, body, content_type="application/json")


def test_me_tells_the_profile_in_one_query(as_alice, django_assert_num_queries):
    with django_assert_num_queries(1):
        told = as_alice.get(ME).json()
    assert {name: told[name] for name in ABOUT} == dict.fromkeys(ABOUT, "")


def test_the_profile_is_changed_with_the_rest(as_alice, alice):
    assert patch(as_alice, ABOUT | {"username": "A. M."}).status_code == 200
    told = as_alice.get(ME).json()
    assert {name: told[name] for name in ABOUT} == ABOUT and told["username"] == "A. M."
    assert patch(as_alice, {"city": ""}).json()["city"] == ""
    alice.profile.refresh_from_db()
    assert (alice.profile.city, alice.profile.country) == ("", "Canada")


@pytest.mark.parametrize(
    "body",
    [
        {"website": "javascript:alert(1)"},
        {"website": "alice"},
        {"bio": "x" * 2001},
        {"bio": None},
        {"phone": 5},
        {"city": "nul\x00"},
        {"profile_img": "javascript:alert(1)"},
        {"profile_img": "//["},
        {"week_start": "7"},
    ],
)
def test_a_profile_out_of_shape_is_422(as_alice, body):
    answer = patch(as_alice, body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == list(body)
