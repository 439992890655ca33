"""Forwarded addresses count only from proxies named in the settings."""

import pytest
from django.test import RequestFactory

from nexus.lib.addresses import client_ip, client_network
from nexus.lib.environment import Environment


def ask(remote, forwarded=None):
    extra = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    return client_ip(RequestFactory().get("/", REMOTE_ADDR=remote, **extra))


def test_without_proxies_the_header_is_a_rumour(settings):
    settings.TRUSTED_PROXIES = []
    assert ask("192.0.2.1", "203.0.113.9") == "192.0.2.1"


@pytest.mark.parametrize(
    ("remote", "forwarded", "client"),
    [
        ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "203.0.113.9, 10.0.0.2", "203.0.113.9"),
        ("10.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("192.0.2.1", "203.0.113.9", "192.0.2.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.9, nonsense", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.9, nonsense, 10.0.0.7", "10.0.0.7"),
        ("10.0.0.1", "198.51.100.1, 203.0.113.9, 10.0.0.2, 10.0.0.3", "203.0.113.9"),
        ("10.0.0.1", "10.0.0.9, 10.0.0.2", "10.0.0.9"),
        ("11.0.0.1", "203.0.113.9, 10.0.0.1", "11.0.0.1"),
        ("fd00::1", "2001:db8::9", "2001:db8::9"),
        ("fd01::1", "2001:db8::9", "fd01::1"),
        ("192.0.2.77", "203.0.113.9", "203.0.113.9"),
        ("::ffff:10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("::ffff:192.0.2.1", "203.0.113.9", "192.0.2.1"),
        ("10.0.0.1", None, "10.0.0.1"),
        ("", "203.0.113.9", None),
        ("", None, None),
    ],
)
def test_each_hop_must_be_trusted(settings, remote, forwarded, client):
    settings.TRUSTED_PROXIES = ["10.0.0.0/8", "fd00::/16", "192.0.2.77"]
    assert ask(remote, forwarded) == client


@pytest.mark.parametrize(
    ("remote", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", "unknown"),
    ],
)
def test_limits_count_a_home_as_one(remote, network):
    assert client_network(RequestFactory().get("/", REMOTE_ADDR=remote)) == network


@pytest.mark.parametrize("raw", ["nonsense", "10.0.0.1/8", "10.0.0.0/8, example.com", "10.0.0.300"])
def test_nonsense_in_the_setting_stops_the_start(raw):
    env = Environment({"TRUSTED_PROXIES": raw})
    env.networks("TRUSTED_PROXIES")
    with pytest.raises(SystemExit, match="TRUSTED_PROXIES"):
        env.finish()


def test_the_setting_takes_addresses_and_networks():
    env = Environment({"TRUSTED_PROXIES": "10.0.0.0/8, fd00::/8, 192.0.2.1"})
    assert env.networks("TRUSTED_PROXIES") == ["10.0.0.0/8", "fd00::/8", "192.0.2.1"]
    env.finish()
