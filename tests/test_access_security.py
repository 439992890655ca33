"""The pages that guard an account can be used by everyone, as all the others."""

import pytest

from accounts.tests.test_mfa import confirm, guard
from tests.test_access import axe, look, nothing_in_the_way  # noqa: F401 - a fixture

pytestmark = pytest.mark.browser

PAGES = {
    "security": "/settings/security/",
    "e-mail": "/accounts/email/",
    "a link that is no good": "/accounts/email/confirm/x/",
    "password again": "/accounts/reauthenticate/",
    "code again": "/accounts/2fa/reauthenticate/",
    "recovery codes": "/accounts/2fa/recovery-codes/",
    "new recovery codes": "/accounts/2fa/recovery-codes/generate/",
    "app off": "/accounts/2fa/totp/deactivate/",
    "passkey": "/accounts/2fa/webauthn/add/",
}


def test_pages_that_guard_the_account_have_no_barriers(browser, live_site, axe, alice, as_alice):  # noqa: F811
    guard(alice)
    confirm(as_alice)
    as_alice.post("/accounts/email/", {"email": "munro@example.com"})
    nothing_in_the_way(look(browser, live_site, axe, PAGES, as_alice))


def test_setting_an_app_up_has_no_barriers(browser, live_site, axe, as_alice):  # noqa: F811
    confirm(as_alice)
    pages = {"nothing yet": "/settings/security/", "app": "/accounts/2fa/totp/activate/"}
    nothing_in_the_way(look(browser, live_site, axe, pages, as_alice))
