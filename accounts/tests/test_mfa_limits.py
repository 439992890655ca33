"""How often codes may be tried, and how long a sign-in waits for one."""

import time

import pytest

from accounts import mfa
from accounts.models import Session
from accounts.tests.otp import code_now
from accounts.tests.test_mfa import LOGIN, SECRET, STEP, guard, sign_in
from nexus.lib.errors import TooMany
from nexus.lib.limits import take

pytestmark = pytest.mark.django_db


def test_ten_codes_a_minute_and_no_more(alice):
    guard(alice)
    for _try in range(10):
        assert not mfa.check_code(alice, "000000")
    with pytest.raises(TooMany):
        mfa.check_code(alice, code_now(SECRET))


def try_wrong_codes(user, *, places):
    """Use up places of the day as if they had been tried over its hours."""
    for _try in range(places):
        assert take("mfa-wrong", str(user.pk), limit=30, seconds=86_400).is_allowed


def test_thirty_wrong_codes_a_day_and_no_more(alice):
    guard(alice)
    try_wrong_codes(alice, places=29)
    assert not mfa.check_code(alice, "000000")
    with pytest.raises(TooMany) as refusal:
        mfa.check_code(alice, code_now(SECRET))
    assert refusal.value.extra["retry_after"] > 86_000
    assert "in 24 hours" in refusal.value.detail


def test_right_codes_are_not_counted_among_the_wrong_ones(alice):
    codes = guard(alice)
    try_wrong_codes(alice, places=29)
    assert mfa.check_code(alice, codes[0]) and mfa.check_code(alice, codes[1])


@pytest.mark.parametrize(("minutes", "is_in_time"), [(14, True), (16, False)])
def test_a_first_step_counts_for_a_quarter_of_an_hour(
    client, alice, monkeypatch, minutes, is_in_time
):
    code, *_others = guard(alice)
    sign_in(client)
    later = time.time() + minutes * 60
    monkeypatch.setattr(time, "time", lambda: later)
    answer = client.post(STEP, {"code": code})
    assert (answer.url != LOGIN) == Session.objects.filter(user=alice).exists() == is_in_time
