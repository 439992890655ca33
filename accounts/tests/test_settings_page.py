"""A writer changes her settings, a section at a time, on pages that need no script."""

import re

import pytest

pytestmark = pytest.mark.django_db
PROFILE = {"username": "Alice Munro", "city": "Wingham", "website": "https://alice.example/"}
APPEARANCE = {"theme": "sepia", "reduced_motion": "on"}
EDITOR = {
    "font": "lora",
    "size": "22",
    "line_height": "1.8",
    "width": "70",
    "typewriter": "on",
}
DAY = {
    "time_zone": "America/Toronto",
    "day_end_hour": "3",
    "week_start": "7",
    "idle_minutes": "15",
    "counting_rule": "libreoffice",
    "daily_minimum": "25",
    "minimum_unit": "minutes",
}
SECTIONS = {
    "/settings/": PROFILE,
    "/settings/appearance/": APPEARANCE,
    "/settings/editor/": EDITOR,
    "/settings/day/": DAY,
    "/settings/notifications/": {"mail_finished_jobs": "on"},
}
pages = pytest.mark.parametrize("page", SECTIONS)


@pages
def test_each_section_is_saved_on_its_own_and_shows_what_was_saved(as_alice, page):
    others = {other: shown(as_alice, other) for other in SECTIONS if other != page}
    answer = as_alice.post(page, SECTIONS[page])
    assert (answer.status_code, answer.url) == (302, page)
    for name, value in SECTIONS[page].items():
        assert str(shown(as_alice, page)[name]) == value.replace("on", "True", value == "on")
    assert {other: shown(as_alice, other) for other in others} == others


def shown(client, page):
    return {field.name: field.value() for form in forms_of(client.get(page)) for field in form}


def forms_of(answer):
    named = (answer.context.get(name) for name in ("profile_form", "about_form"))
    return [form for form in named if form is not None] or [answer.context["form"]]


@pages
def test_a_settings_page_asks_the_database_once(as_alice, page, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert as_alice.get(page).status_code == 200


def test_saves_the_profile(as_alice, alice):
    as_alice.post("/settings/", PROFILE)
    alice.refresh_from_db()
    assert (alice.username, alice.profile.city) == ("Alice Munro", "Wingham")


def test_a_switch_left_out_of_a_form_is_off(as_alice, alice):
    as_alice.post("/settings/notifications/", {})
    alice.preferences.refresh_from_db()
    assert not alice.preferences.mail_new_device


@pytest.mark.parametrize(
    ("page", "field", "value"),
    [
        ("/settings/", "username", "  "),
        ("/settings/", "username", "bell\x07"),
        ("/settings/", "username", "x" * 101),
        ("/settings/", "website", "javascript:alert(1)"),
        ("/settings/", "website", "ftp://alice.example/"),
        ("/settings/", "bio", "x" * 2001),
        ("/settings/", "city", "nul\x00"),
        ("/settings/appearance/", "theme", "neon"),
        ("/settings/editor/", "font", "comic-sans"),
        ("/settings/editor/", "size", "13"),
        ("/settings/editor/", "size", "29"),
        ("/settings/editor/", "line_height", "1.2"),
        ("/settings/editor/", "line_height", "2.1"),
        ("/settings/editor/", "line_height", "1.55"),
        ("/settings/editor/", "width", "81"),
        ("/settings/day/", "time_zone", "Mars/Olympus"),
        ("/settings/day/", "time_zone", "../../etc/passwd"),
        ("/settings/day/", "time_zone", ""),
        ("/settings/day/", "day_end_hour", "7"),
        ("/settings/day/", "day_end_hour", "-1"),
        ("/settings/day/", "week_start", "3"),
        ("/settings/day/", "idle_minutes", "0"),
        ("/settings/day/", "idle_minutes", "31"),
        ("/settings/day/", "counting_rule", "abacus"),
        ("/settings/day/", "daily_minimum", "0"),
        ("/settings/day/", "daily_minimum", "10001"),
        ("/settings/day/", "minimum_unit", "pages"),
    ],
)
def test_refuses_with_the_reason_and_changes_nothing(as_alice, alice, page, field, value):
    before = kept(alice)
    answer = as_alice.post(page, SECTIONS[page] | {field: value})
    assert answer.status_code == 422
    assert [name for form in forms_of(answer) for name in form.errors] == [field]
    assert answer.context["user"].username == "Alice"
    assert kept(alice) == before


def kept(user):
    rows = (user, user.profile, user.preferences)
    return [type(row).objects.filter(pk=row.pk).values().get() for row in rows]


def test_every_zone_is_offered_by_region_and_the_own_one_is_chosen(as_alice, alice):
    html = as_alice.get("/settings/day/").content.decode()
    zones = html.partition('name="time_zone">')[2].partition("</select>")[0]
    assert '<option value="UTC" selected>' in zones and zones.count(" selected>") == 1
    assert '<optgroup label="Indian Ocean">' in html
    assert '<option value="America/Argentina/Salta">Salta, Argentina</option>' in html
    as_alice.post("/settings/day/", DAY | {"time_zone": "Etc/GMT+5"})
    assert '<option value="Etc/GMT+5" selected>' in as_alice.get("/settings/day/").content.decode()


def test_a_zone_cannot_write_into_the_page(as_alice):
    answer = as_alice.post("/settings/day/", DAY | {"time_zone": '"><b>bold'})
    assert b'"><b>bold' not in answer.content


def test_the_day_page_says_what_the_choice_means_now(as_alice):
    html = as_alice.get("/settings/day/").content.decode()
    assert "what you write now counts for" in html


def test_the_chosen_looks_are_in_the_first_byte_of_every_page(as_alice):
    as_alice.post("/settings/appearance/", APPEARANCE)
    as_alice.post("/settings/editor/", EDITOR)
    for page in ("/", "/settings/"):
        root = as_alice.get(page).content.decode().partition("<head>")[0]
        assert 'data-theme="sepia" data-motion="reduced"' in root
        assert 'data-prose-font="lora" data-prose-size="22"' in root
        assert 'data-prose-line="1.8" data-prose-measure="70"' in root


def test_nothing_is_still_unless_it_was_chosen(as_alice):
    assert "data-motion" not in as_alice.get("/").content.decode()


@pytest.mark.parametrize("theme", ["light", "dark", "sepia", "contrast", "system"])
def test_the_menu_switches_to_every_theme_and_goes_back(as_alice, alice, theme):
    answer = as_alice.post("/settings/theme/", {"theme": theme, "next": "/settings/"})
    assert answer.url == "/settings/"
    alice.preferences.refresh_from_db()
    assert alice.preferences.theme == theme
    pressed = f'value="{theme}" aria-pressed="true"'
    assert pressed in as_alice.get("/").content.decode()


def test_an_unknown_theme_changes_nothing(as_alice, alice):
    as_alice.post("/settings/theme/", {"theme": "neon"})
    alice.preferences.refresh_from_db()
    assert alice.preferences.theme == "system"


def test_the_theme_never_leads_off_the_site(as_alice):
    answer = as_alice.post("/settings/theme/", {"theme": "dark", "next": "//evil.example/"})
    assert answer.url == "/"


def test_what_is_only_posted_is_not_read(as_alice):
    for path in ("/settings/theme/", "/settings/time-zone/"):
        assert as_alice.get(path).status_code == 405


@pytest.mark.parametrize("path", [*SECTIONS, "/settings/theme/", "/settings/time-zone/"])
def test_a_visitor_is_sent_to_sign_in(client, path):
    assert client.post(path).url.startswith("/accounts/login/")


# --- The first visit --------------------------------------------------------------


@pytest.fixture
def newcomer(alice):
    alice.has_chosen_time_zone = False
    alice.save(update_fields=["has_chosen_time_zone"])
    return alice


def tell_zone(client, name):
    return client.post("/settings/time-zone/", {"time_zone": name})


def test_the_first_visit_takes_the_zone_from_the_browser_once(as_alice, alice, newcomer):
    assert '<form method="post" action="/settings/time-zone/" hidden>' in page_of(as_alice)
    assert tell_zone(as_alice, "Asia/Tokyo").status_code == 204
    assert tell_zone(as_alice, "Europe/Rome").status_code == 204
    alice.refresh_from_db()
    assert (alice.time_zone, alice.has_chosen_time_zone) == ("Asia/Tokyo", True)
    assert "/settings/time-zone/" not in page_of(as_alice)


def page_of(client):
    return client.get("/").content.decode()


def test_the_browser_never_overrides_a_chosen_zone(as_alice, alice, newcomer):
    as_alice.post("/settings/day/", DAY)
    tell_zone(as_alice, "Asia/Tokyo")
    alice.refresh_from_db()
    assert alice.time_zone == "America/Toronto"


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "x" * 5000, "../UTC"])
def test_a_zone_nobody_knows_is_not_taken(as_alice, alice, newcomer, name):
    assert tell_zone(as_alice, name).status_code == 204
    alice.refresh_from_db()
    assert (alice.time_zone, alice.has_chosen_time_zone) == ("UTC", False)


# --- The list at the side -----------------------------------------------------------


def marked(client, page):
    """Return the words and the mark of the list's current link."""
    found = re.findall(r'aria-current="(\w+)">([^<]+)</a>', client.get(page).content.decode())
    return [(mark, words) for mark, words in found if words in {"Security", "Data and deletion"}]


@pytest.mark.parametrize(
    "page",
    ["password/change/", "email/", "2fa/totp/activate/", "2fa/webauthn/add/"],
)
def test_a_page_of_the_security_section_is_found_in_the_list(as_alice, page):
    as_alice.post("/accounts/reauthenticate/", {"password": "alice-writes-books"})
    assert marked(as_alice, f"/accounts/{page}") == [("true", "Security")]


def test_a_section_itself_is_the_current_page_of_the_list(as_alice):
    assert marked(as_alice, "/settings/security/") == [("page", "Security")]
    assert marked(as_alice, "/settings/data/delete/") == [("true", "Data and deletion")]
    assert marked(as_alice, "/settings/appearance/") == []


@pytest.mark.parametrize("name", ["Alice\u202e", "\u2066Alice", "\u200b"])
def test_a_pen_name_turns_no_text_round_and_can_be_seen(as_alice, alice, name):
    assert as_alice.post("/settings/", PROFILE | {"username": name}).status_code == 422
    program = as_alice.patch("/api/v1/auth/me", {"username": name}, content_type="application/json")
    assert program.status_code == 422
    alice.refresh_from_db()
    assert alice.username == "Alice"
