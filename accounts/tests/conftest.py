"""What several tests of accounts need."""

import pytest
from allauth.account.models import EmailAddress

from accounts.tests.google_double import CLIENT_ID, CLIENT_SECRET, GoogleDouble


@pytest.fixture
def google(settings):
    """A Google that signs, and a studio that is configured for it."""
    settings.GOOGLE_CLIENT_ID, settings.GOOGLE_CLIENT_SECRET = CLIENT_ID, CLIENT_SECRET
    double = GoogleDouble()
    settings.GOOGLE_ENDPOINTS = double.endpoints
    with double.running():
        yield double


@pytest.fixture
def verified_alice(alice):
    alice.is_verified = True
    alice.save()
    EmailAddress.objects.create(user=alice, email=alice.email, primary=True, verified=True)
    return alice
