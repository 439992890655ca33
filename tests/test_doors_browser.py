"""The doors in a browser: the meter tells what the server will say, and nothing needs a script."""

import pytest

from accounts.models import User
from tests import desk
from tests.test_access import RULES, RUN, axe  # noqa: F401 - a fixture

pytestmark = pytest.mark.browser
METER, WORDS, PASSWORD = "meter", ".strength__words", 'input[name="password1"]'


def fill(page, password, *, has_meter=True):
    """Fill the form, once its script listens: what is typed before that is judged by nobody."""
    if has_meter:
        page.locator(".strength").wait_for(state="attached")
    page.fill('input[name="pen_name"]', "Middlemarch Woman")
    page.fill('input[name="email"]', "mary@example.com")
    page.locator(PASSWORD).fill(password)


def test_the_meter_says_what_the_server_will_say(live_site, browser_page):
    page = browser_page
    page.goto(f"{live_site.url}/accounts/signup/")
    assert page.locator(METER).is_hidden()
    fill(page, "middlemarch-woman")
    page.locator(WORDS, has_text="too similar").wait_for()
    said = page.locator(WORDS).text_content()
    assert page.locator(METER).evaluate("(meter) => meter.value") == 1
    page.locator(PASSWORD).press("Enter")
    refused = page.locator(".field__error").first
    refused.wait_for()
    assert refused.text_content().strip() in said
    fill(page, "tea-and-ink-and-me")
    page.locator(WORDS, has_text="Strong").wait_for()
    assert not refused.count()
    page.locator(PASSWORD).press("Enter")
    page.wait_for_url(f"{live_site.url}/")
    assert User.objects.get().check_password("tea-and-ink-and-me")


def test_a_change_of_the_pen_name_is_a_new_question(live_site, browser_page):
    browser_page.goto(f"{live_site.url}/accounts/signup/")
    fill(browser_page, "tea-and-ink-and-me")
    browser_page.locator(WORDS, has_text="Strong").wait_for()
    browser_page.fill('input[name="pen_name"]', "tea-and-ink-and-me")
    browser_page.locator(WORDS, has_text="too similar").wait_for()


def test_a_password_can_be_looked_at_and_is_hidden_again(live_site, browser_page):
    browser_page.goto(f"{live_site.url}/accounts/login/")
    field = browser_page.locator('input[name="password"]')
    field.fill("a-secret-word")
    browser_page.get_by_role("button", name="Show: Password").click()
    assert field.get_attribute("type") == "text"
    browser_page.get_by_role("button", name="Hide: Password").press("Enter")
    assert field.get_attribute("type") == "password"
    assert field.input_value() == "a-secret-word"


def test_without_scripts_the_door_opens_too(live_site, browser):
    with desk.window(browser, live_site, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{live_site.url}/accounts/signup/")
        assert page.locator(METER).count() == 0
        fill(page, "tea-and-ink-and-me", has_meter=False)
        page.locator("form.form button").click()
        page.wait_for_url(f"{live_site.url}/")


def test_meter_and_refusal_can_be_used_by_everyone(live_site, browser_page, axe):  # noqa: F811
    page = browser_page
    page.goto(f"{live_site.url}/accounts/signup/")
    fill(page, "short-one")
    page.locator(WORDS, has_text="too short").wait_for()
    page.evaluate(axe)
    assert page.evaluate(RUN, RULES) == []
    for _ in range(6):
        page.goto(f"{live_site.url}/accounts/login/")
        page.fill('input[name="login"]', "mary@example.com")
        page.fill('input[name="password"]', "not-hers-at-all")
        page.locator('input[name="password"]').press("Enter")
        page.locator("[role=alert]").wait_for()
    page.get_by_text("tried too often").wait_for()
    page.evaluate(axe)
    assert page.evaluate(RUN, RULES) == []
