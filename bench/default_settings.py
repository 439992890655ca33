"""Settings of the save written the default way: Django's own, where the studio chose otherwise."""

from nexus.settings import *  # noqa: F403 - what the default way does not change
from nexus.settings import DATABASES

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "bench.default_way"
# A connection for each request, as Django makes them unless told otherwise.
DATABASES = {"default": DATABASES["default"] | {"OPTIONS": {}}}
REST_FRAMEWORK = {}
