"""What only a browser shows: it holds a form's redirects to the policy of the page."""

import pytest

from accounts.models import User


@pytest.mark.parametrize(
    "door", ["/accounts/login/", "/accounts/signup/", "/accounts/google/login/"]
)
def test_a_browser_walks_to_google_and_back(google, live_server, browser_page, door):
    blocked = []
    browser_page.on("console", lambda line: blocked.append(line.text))
    browser_page.goto(live_server.url + door)
    browser_page.get_by_role("button", name="Continue").last.click()
    browser_page.wait_for_url(f"{live_server.url}/", timeout=5000)
    assert browser_page.request.get(f"{live_server.url}/api/v1/auth/me").status == 200
    assert not [line for line in blocked if "form-action" in line]
    assert User.objects.get().email == "grace@example.com"
