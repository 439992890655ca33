"""Passkeys in a real browser, whose virtual authenticator really signs."""

import re
from contextlib import contextmanager

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import expect

from accounts.models import Session, User
from accounts.tests.otp import code_now
from accounts.tests.test_mfa import SECRET, guard

pytestmark = pytest.mark.browser

PASSWORD = "alice-writes-books"
# What a laptop with a finger reader is: it keeps keys and asks for the finger itself.
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Device:
    """A virtual authenticator of a window."""

    def __init__(self, page):
        self.devtools = page.context.new_cdp_session(page)
        self.devtools.send("WebAuthn.enable")
        added = self.devtools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
        self.id = {"authenticatorId": added["authenticatorId"]}

    def keys(self):
        return self.devtools.send("WebAuthn.getCredentials", self.id)["credentials"]

    def put(self, key):
        self.devtools.send("WebAuthn.addCredential", {**self.id, "credential": key})

    def clear(self):
        self.devtools.send("WebAuthn.clearCredentials", self.id)

    def know_finger(self, is_known):
        self.devtools.send("WebAuthn.setUserVerified", {**self.id, "isUserVerified": is_known})


@contextmanager
def at_the_door(browser, site):
    """A new window of someone with a device; the browser's complaints are collected."""
    context = browser.new_context(base_url=site.url, locale="en-GB")
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("console", lambda said: said.type == "error" and page.complaints.append(said.text))
    try:
        yield page, Device(page)
    finally:
        context.close()


def sign_in(page, *, email="alice@example.com", password=PASSWORD, keep=False):
    page.goto("/accounts/login/")
    page.fill("[name=login]", email)
    page.fill("[name=password]", password)
    if keep:
        page.check("[name=remember]")
    # Whoever went on at once would leave before the answer, signed in or not.
    with page.expect_navigation():
        page.get_by_role("button", name="Sign in", exact=True).click()


def add_passkey(page, *, is_alone=True, name="Laptop"):
    page.goto("/accounts/2fa/webauthn/add/")
    page.fill("[name=name]", name)
    page.set_checked("[name=passwordless]", is_alone)
    page.get_by_role("button", name="Add the passkey").click()
    page.wait_for_url("**/accounts/2fa/recovery-codes/")


def leave(page):
    page.context.clear_cookies()


def by_passkey(page, *, keep=False):
    page.goto("/accounts/login/")
    page.set_checked("[name=remember]", keep)
    page.get_by_role("button", name="Sign in with a passkey").click()


def is_at_the_desk(page):
    page.wait_for_url(lambda url: url.count("/") == 3)
    return page.request.get("/settings/", max_redirects=0).status == 200


def is_outside(page):
    return page.request.get("/settings/", max_redirects=0).status == 302


def test_a_writer_adds_a_passkey_and_signs_in_without_her_password(browser, live_site, alice):
    with at_the_door(browser, live_site) as (page, device):
        sign_in(page)
        add_passkey(page, name="Blue laptop")
        assert len(device.keys()) == 1
        page.goto("/settings/security/")
        expect(page.get_by_text("Blue laptop", exact=True)).to_be_visible()
        leave(page)
        assert is_outside(page)
        by_passkey(page)
        assert is_at_the_desk(page)
        assert Session.objects.latest("created_at").kind == "short"
        leave(page)
        by_passkey(page, keep=True)
        assert is_at_the_desk(page)
        assert Session.objects.latest("created_at").kind == "kept"
        assert Authenticator.objects.get(type="webauthn").last_used_at is not None
        assert page.complaints == []


def test_a_passkey_as_second_step(browser, live_site, alice):
    with at_the_door(browser, live_site) as (page, _device):
        sign_in(page)
        add_passkey(page, is_alone=False)
        leave(page)
        sign_in(page, keep=True)
        page.wait_for_url("**/accounts/2fa/authenticate/")
        assert is_outside(page)
        page.get_by_role("button", name="Use a passkey").click()
        assert is_at_the_desk(page)
        assert Session.objects.latest("created_at").kind == "kept"
        assert page.complaints == []


def test_a_foreign_key_opens_nothing(browser, live_site, alice, bob):
    """Bob's device says that it is Alice's: its signature is not hers."""
    with at_the_door(browser, live_site) as (page, device):
        sign_in(page)
        add_passkey(page)
        hers = device.keys()[0]
        leave(page)
        device.clear()
        sign_in(page, email="bob@example.com", password="bob-writes-poems")
        add_passkey(page)
        forged = device.keys()[0] | {
            "credentialId": hers["credentialId"],
            "userHandle": hers["userHandle"],
        }
        leave(page)
        device.clear()
        device.put(forged)
        by_passkey(page)
        expect(page.get_by_text("That did not match")).to_be_visible()
        assert is_outside(page)


def test_a_key_opens_no_closed_account_and_none_that_forgot_it(browser, live_site, alice):
    with at_the_door(browser, live_site) as (page, _device):
        sign_in(page)
        add_passkey(page)
        leave(page)
        User.objects.filter(pk=alice.pk).update(is_active=False)
        by_passkey(page)
        page.wait_for_url("**/accounts/inactive/")
        assert is_outside(page)
        User.objects.filter(pk=alice.pk).update(is_active=True)
        Authenticator.objects.all().delete()
        by_passkey(page)
        expect(page.get_by_text("That did not match")).to_be_visible()
        assert is_outside(page)


def test_an_answer_is_good_once_and_for_its_own_question(browser, live_site, alice):
    """What was sent is kept and sent again, as a thief on the way would."""
    with at_the_door(browser, live_site) as (page, _device):
        sign_in(page)
        add_passkey(page)
        leave(page)
        sent = []
        page.on("request", lambda request: request.method == "POST" and sent.append(request))
        by_passkey(page)
        assert is_at_the_desk(page)
        answer = dict(re.findall(r"(credential)=([^&]*)", sent[-1].post_data))
        assert answer["credential"]
        leave(page)
        body = page.goto("/accounts/login/").text()
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', body)[1]
        page.request.get(
            "/accounts/2fa/webauthn/login/", headers={"X-Requested-With": "XMLHttpRequest"}
        )
        page.request.post(
            "/accounts/2fa/webauthn/login/",
            data=f"csrfmiddlewaretoken={token}&credential={answer['credential']}",
            headers={
                "Content-Type": "application/x-www-form-urlencoded",
                "Referer": live_site.url,
            },
        )
        assert is_outside(page)


def test_without_the_finger_it_stays_shut_and_says_so_calmly(browser, live_site, alice):
    with at_the_door(browser, live_site) as (page, device):
        sign_in(page)
        add_passkey(page)
        leave(page)
        device.know_finger(False)
        by_passkey(page)
        expect(page.get_by_text("Nothing was changed.")).to_be_visible()
        assert page.get_by_role("button", name="Sign in with a passkey").is_enabled()
        assert is_outside(page)
        assert page.complaints == []


def test_a_passkey_is_renamed_and_removed_and_one_is_enough(browser, live_site, alice):
    with at_the_door(browser, live_site) as (page, device):
        sign_in(page)
        add_passkey(page, name="Old name")
        page.goto("/accounts/2fa/webauthn/add/")
        page.get_by_role("button", name="Add the passkey").click()
        expect(page.get_by_text("holds a passkey for your account already")).to_be_visible()
        assert len(device.keys()) == 1
        page.goto("/settings/security/")
        page.get_by_role("link", name="Rename Old name").click()
        page.fill("[name=name]", "Kitchen table")
        page.get_by_role("button", name="Keep this name").click()
        page.wait_for_url("**/settings/security/")
        page.get_by_role("link", name="Remove Kitchen table").click()
        page.get_by_role("button", name="Remove").click()
        page.wait_for_url("**/settings/security/")
        assert not Authenticator.objects.exists(), "the recovery codes went with it"
        leave(page)
        sign_in(page)
        assert is_at_the_desk(page)


def test_a_passkey_confirms_before_something_sensitive(browser, live_site, alice):
    with at_the_door(browser, live_site) as (page, _device):
        sign_in(page)
        add_passkey(page)
        forget_when_she_signed_in()
        page.goto("/accounts/email/")
        page.wait_for_url("**/accounts/reauthenticate/**")
        page.get_by_role("link", name="Use a passkey instead").click()
        page.get_by_role("button", name="Use a passkey").click()
        page.wait_for_url("**/accounts/email/")
        assert page.complaints == []


def forget_when_she_signed_in():
    for row in Session.objects.filter(user__isnull=False):
        values = row.get_decoded()
        values["account_authentication_methods"] = []
        row.session_data = row.get_session_store_class()().encode(values)
        row.save(update_fields=["session_data"])


def test_without_a_script_passkeys_say_so_and_codes_work(browser, live_site, alice):
    guard(alice)
    context = browser.new_context(base_url=live_site.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/accounts/login/")
    expect(page.get_by_text("Passkeys need JavaScript")).to_be_visible()
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    sign_in(page)
    page.fill("[name=code]", code_now(SECRET))
    page.get_by_role("button", name="Sign in", exact=True).click()
    assert is_at_the_desk(page)
    context.close()
