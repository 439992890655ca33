"""Settings: one file, read from the environment, refusing nonsense with one message.

Every variable read here stands in the README's settings table.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from nexus import embedded, secrets
from nexus.lib import storage_address
from nexus.lib.environment import Environment
from nexus.lib.signing_keys import are_fit

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()

# --- What runs where ---------------------------------------------------------
PROFILE = env.choice("NEXUS_PROFILE", ("laptop", "production", "test"), default="laptop")
VAR = Path(env.text("NEXUS_VAR", default=str(BASE_DIR / "var"))).resolve()
PORT = env.integer("PORT", default=8000, low=1, high=65535)
DEBUG = env.boolean("DEBUG", default=False)
SITE_URL = env.text("SITE_URL", default=f"http://localhost:{PORT}").rstrip("/")
IS_HTTPS = SITE_URL.startswith("https://")
VERSION = "0.1.0"

# --- Secrets -----------------------------------------------------------------
SECRET_KEY = env.text("SECRET_KEY", default="") or secrets.read_or_make(VAR, "secret_key")
if PROFILE == "production":
    env.require("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS", "SITE_URL")
    env.refuse(DEBUG, "DEBUG must be off in production.")
    env.refuse(
        not secrets.is_secret(SECRET_KEY),
        "SECRET_KEY needs at least 40 characters that nobody else has: no default, no repetition.",
    )
ACCESS_TOKEN_KEYS = env.text("ACCESS_TOKEN_KEYS", default="")
env.refuse(
    bool(ACCESS_TOKEN_KEYS) and not are_fit(ACCESS_TOKEN_KEYS),
    "ACCESS_TOKEN_KEYS must hold private RSA keys of at least 2048 bits, unencrypted, as PEM.",
)

ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
env.refuse(
    PROFILE == "production" and "*" in ALLOWED_HOSTS, "ALLOWED_HOSTS must name hosts, not *."
)
CSRF_TRUSTED_ORIGINS = [SITE_URL] if IS_HTTPS else []
TRUSTED_PROXIES = env.networks("TRUSTED_PROXIES")

# --- Apps --------------------------------------------------------------------
INSTALLED_APPS = [
    "daphne",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.google",
    "allauth.mfa",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "channels",
    "nexus",
    "accounts",
    "jobs",
    "stories",
    "analytics",
]
MIDDLEWARE = [
    "nexus.middleware.request_id.RequestIdMiddleware",
    "nexus.middleware.deadline.DeadlineMiddleware",
    "nexus.middleware.security.SecurityHeadersMiddleware",
    "nexus.metrics.MetricsMiddleware",
    "nexus.middleware.overload.OverloadMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.middleware.PersonMiddleware",
    "accounts.middleware.LimitsMiddleware",
    "nexus.account_data.middleware.LeavingMiddleware",
    "accounts.middleware.StaffSecondStepMiddleware",
]
ROOT_URLCONF = "nexus.urls"
ASGI_APPLICATION = "nexus.asgi.application"
WSGI_APPLICATION = "nexus.wsgi.application"
APPEND_SLASH = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context_processors.appearance",
            ],
            "builtins": ["nexus.lib.moulds"],
        },
    },
]

# --- Postgres ----------------------------------------------------------------
DATABASE_URL = env.text("DATABASE_URL", default="") or embedded.database_url(VAR)


def database(url: str) -> dict[str, object]:
    """Return Django's settings for a `postgresql://` address."""
    parts = urlsplit(url)
    env.refuse(
        parts.scheme not in {"postgres", "postgresql"}, "DATABASE_URL must begin with postgresql://"
    )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        # A socket folder travels as an escaped host, as libpq reads it.
        "HOST": unquote(parts.netloc.rpartition("@")[2].partition(":")[0]),
        "PORT": parts.netloc.rpartition("@")[2].partition(":")[2],
        "CONN_MAX_AGE": 0,
        "DISABLE_SERVER_SIDE_CURSORS": False,
        "OPTIONS": {
            # Waiting for a connection ends before the request's own limit.
            "pool": {
                "min_size": 1,
                "max_size": env.integer("DB_POOL_SIZE", default=16, low=1, high=200),
                "timeout": 3,
                # The pool waits twice as long after each failure; after this it begins anew, so
                # that a Postgres that was away for long is found as soon as it is back.
                "reconnect_timeout": 2,
            },
            "server_side_binding": True,
            "prepare_threshold": 5,
            "options": "-c lock_timeout=2s -c statement_timeout=4s"
            " -c idle_in_transaction_session_timeout=10s",
        },
    }


DATABASES = {"default": database(DATABASE_URL)}

# --- Redis and Celery --------------------------------------------------------
REDIS_URL = env.text("REDIS_URL", default="") or embedded.redis_url(VAR)
LIVE_PREFIX = env.text("LIVE_PREFIX", default="nexus")
CELERY_BROKER_URL = env.text("CELERY_BROKER_URL", default="") or embedded.broker_url(REDIS_URL)
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False
# A broker that accepts and says nothing must not hold a sender for ever.
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 5, "socket_connect_timeout": 1}
CELERY_TIMEZONE = "UTC"
CELERY_TASK_DEFAULT_QUEUE = "nexus"
CELERY_BEAT_SCHEDULE = {
    "roll-up-what-was-missed": {"task": "analytics.tasks.roll_up_stale_days", "schedule": 20.0},
    "close-idle-sessions": {"task": "analytics.tasks.close_idle_sessions", "schedule": 60.0},
    "reconcile": {"task": "analytics.tasks.reconcile", "schedule": 24 * 3600.0},
    "close-months": {"task": "analytics.tasks.close_months", "schedule": 24 * 3600.0},
    "keep-forecasts": {"task": "analytics.tasks.keep_forecasts", "schedule": 24 * 3600.0},
    "requeue-lost-jobs": {"task": "jobs.tasks.requeue_lost_jobs", "schedule": 30.0},
    "discard-old-uploads": {"task": "jobs.tasks.discard_old_uploads", "schedule": 24 * 3600.0},
    "discard-old-jobs": {"task": "jobs.tasks.discard_old_jobs", "schedule": 24 * 3600.0},
    "discard-expired-sessions": {
        "task": "accounts.tasks.discard_expired_sessions",
        "schedule": 24 * 3600.0,
    },
    "empty-old-trash": {"task": "stories.tasks.purge_trash", "schedule": 24 * 3600.0},
    "discard-recent-versions": {
        "task": "stories.tasks.discard_recent_versions",
        "schedule": 120.0,
    },
    "index-what-changed": {"task": "stories.tasks.index_what_changed", "schedule": 60.0},
    "reconcile-the-index": {"task": "stories.tasks.reconcile_the_index", "schedule": 3600.0},
    "sweep-covers": {"task": "stories.tasks.sweep_covers", "schedule": 24 * 3600.0},
    "sweep-portraits": {"task": "accounts.tasks.sweep_portraits", "schedule": 24 * 3600.0},
    "thin-histories": {"task": "stories.tasks.thin_histories", "schedule": 24 * 3600.0},
    "purge-deleted-accounts": {
        "task": "nexus.account_data.tasks.purge_accounts",
        "schedule": 24 * 3600.0,
    },
    "discard-old-receipts": {
        "task": "stories.tasks.discard_old_receipts",
        "schedule": 24 * 3600.0,
    },
}

# --- The warehouse -----------------------------------------------------------
WAREHOUSE_URL = env.text("WAREHOUSE_URL", default=str(VAR / "warehouse"))
# Megabytes that one question may take before it goes on by way of the disk.
WAREHOUSE_MEMORY = env.integer("WAREHOUSE_MEMORY", default=1024, low=128, high=1_000_000)
AWS_ACCESS_KEY_ID = env.text("AWS_ACCESS_KEY_ID", default="")
AWS_SECRET_ACCESS_KEY = env.text("AWS_SECRET_ACCESS_KEY", default="")
AWS_REGION = env.text("AWS_REGION", default="us-east-1")
AWS_ENDPOINT_URL = env.text("AWS_ENDPOINT_URL", default="").rstrip("/")
MOTHERDUCK_TOKEN = env.text("MOTHERDUCK_TOKEN", default="")
env.refuse(
    not re.fullmatch(
        r"/[^\x00-\x1f]*|s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[\w.-]+)*/?|md:[A-Za-z]\w*",
        WAREHOUSE_URL,
        re.ASCII,
    ),
    "WAREHOUSE_URL must be a folder (from /), s3://bucket/folder or md:database.",
)
env.refuse(
    WAREHOUSE_URL.startswith("s3:") and not (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY),
    "WAREHOUSE_URL on s3:// needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
)
env.refuse(
    bool(AWS_ENDPOINT_URL) and not re.fullmatch(r"https?://[\w.-]+(:\d+)?", AWS_ENDPOINT_URL),
    "AWS_ENDPOINT_URL must be http:// or https:// and a host.",
)
env.refuse(
    WAREHOUSE_URL.startswith("md:") and not MOTHERDUCK_TOKEN,
    "WAREHOUSE_URL on md: needs MOTHERDUCK_TOKEN.",
)

# --- Files -------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = VAR / "media"
STORAGE_URL = env.text("STORAGE_URL", default="")
FILES: dict[str, Any] = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
if STORAGE_URL:
    FILES = {"BACKEND": "nexus.lib.bucket.BucketStorage"}
    try:
        FILES["OPTIONS"] = storage_address.options_of(STORAGE_URL, os.environ)
    except storage_address.WrongAddress as fault:
        env.refuse(True, str(fault))
IS_STATIC_HASHED = not DEBUG and PROFILE != "test"
STORAGES = {
    "default": FILES,
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if not IS_STATIC_HASHED
        else "nexus.lib.static.CompressedStaticStorage"
        if PROFILE == "production"
        else "nexus.lib.static.HashedStaticStorage"
    },
}
WHITENOISE_USE_FINDERS = not IS_STATIC_HASHED
WHITENOISE_AUTOREFRESH = DEBUG
# The service worker holds static files by their addresses, which would hide a developer's edits.
SERVES_OFFLINE = env.boolean("OFFLINE", default=not DEBUG)
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
# Chapter text has its own, smaller limit (5 MB) in the content view.
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
MAX_BODY_BYTES = 60 * 1024 * 1024

# --- Sign-in -----------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    # Slow on purpose, except where thousands of throw-away people are made.
    "accounts.hashers.QuickHasher" if PROFILE == "test" else "accounts.hashers.Argon2Hasher"
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "username")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "accounts.strength.MaximumLengthValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk"
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_NAME = "__Host-session_id" if IS_HTTPS else "session_id"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = IS_HTTPS
ACCESS_COOKIE_NAME = "__Host-access_token" if IS_HTTPS else "access_token"
# `__Host-` demands the path `/`, and this one is sent to where it is used alone.
REFRESH_COOKIE_NAME = "__Secure-refresh_token" if IS_HTTPS else "refresh_token"
CSRF_COOKIE_NAME = "__Host-csrftoken" if IS_HTTPS else "csrftoken"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = IS_HTTPS
CSRF_FAILURE_VIEW = "nexus.error_views.csrf_failure"
SECURE_SSL_REDIRECT = False
SILENCED_SYSTEM_CHECKS = [
    # `frame-ancestors 'none'` of the content policy says it, and more.
    "security.W002",
    # What other names of the domain do is their host's to decide.
    "security.W005",
    "security.W021",
    # Who ends TLS redirects; probes of the inner network speak http.
    "security.W008",
]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
X_FRAME_OPTIONS = "DENY"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = env.choice(
    "EMAIL_VERIFICATION",
    ("optional", "mandatory"),
    # Where letters only go to the log, nobody could be asked to read one.
    default="mandatory" if env.text("EMAIL_HOST", default="") else "optional",
)
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 1
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.forms.sign_in.LoginForm",
    "signup": "accounts.forms.sign_in.SignupForm",
    "change_password": "accounts.forms.passwords.ChangePasswordForm",
    "set_password": "accounts.forms.passwords.SetPasswordForm",
    "reset_password": "accounts.forms.passwords.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.passwords.ResetKeyForm",
    "user_token": "accounts.forms.passwords.ResetTokenForm",
    "reauthenticate": "accounts.forms.second_step.PasswordAgainForm",
}
ACCOUNT_PREVENT_ENUMERATION = True
PASSWORD_RESET_TIMEOUT = 24 * 3600
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = False
ACCOUNT_CHANGE_EMAIL = True
# A letter tells of each change to what guards the account.
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
# Seconds between the password and the second step; then the sign-in begins anew.
ACCOUNT_LOGIN_TIMEOUT = 15 * 60
# Seconds after signing in, or after the last confirmation, that sensitive pages ask nothing.
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# The library's own counting is neither exact nor shared between processes; see accounts/limits.py.
ACCOUNT_RATE_LIMITS = False

MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
# Counted like all the others; see accounts/limits.py.
MFA_RATE_LIMITS = False
MFA_ADAPTER = "accounts.mfa.MfaAdapter"
MFA_TOTP_ISSUER = "Nexus"
# Where nobody is asked to confirm an address, nobody is kept from guarding an account.
MFA_ALLOW_UNVERIFIED_EMAIL = ACCOUNT_EMAIL_VERIFICATION == "optional"
MFA_FORMS = {
    "authenticate": "accounts.forms.second_step.AuthenticateForm",
    "reauthenticate": "accounts.forms.second_step.ReauthenticateForm",
    "activate_totp": "accounts.forms.second_step.ActivateTOTPForm",
    "add_webauthn": "accounts.forms.second_step.AddPasskeyForm",
    "edit_webauthn": "accounts.forms.second_step.EditPasskeyForm",
    "authenticate_webauthn": "accounts.forms.second_step.PasskeyStepForm",
    "reauthenticate_webauthn": "accounts.forms.second_step.PasskeyReauthenticateForm",
    "login_webauthn": "accounts.forms.second_step.PasskeySignInForm",
}
STAFF_MFA = env.choice(
    "STAFF_MFA",
    ("optional", "required"),
    default="required" if PROFILE == "production" else "optional",
)

GOOGLE_CLIENT_ID = env.text("GOOGLE_CLIENT_ID", default="")
GOOGLE_CLIENT_SECRET = env.text("GOOGLE_CLIENT_SECRET", default="")
env.refuse(
    bool(GOOGLE_CLIENT_ID) != bool(GOOGLE_CLIENT_SECRET),
    "GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET belong together: set both or neither.",
)
env.refuse(
    bool(GOOGLE_CLIENT_ID)
    and not re.fullmatch(r"[\w-]+\.apps\.googleusercontent\.com", GOOGLE_CLIENT_ID, re.ASCII),
    "GOOGLE_CLIENT_ID must end in .apps.googleusercontent.com, as Google shows it.",
)
env.refuse(
    bool(GOOGLE_CLIENT_SECRET) and not re.fullmatch(r"[!-~]{10,}", GOOGLE_CLIENT_SECRET),
    "GOOGLE_CLIENT_SECRET needs at least 10 characters, without spaces.",
)
# Only tests put another server here, one that signs with a key of its own.
GOOGLE_ENDPOINTS = {
    "authorize": "https://accounts.google.com/o/oauth2/v2/auth",
    "token": "https://oauth2.googleapis.com/token",
    "keys": "https://www.googleapis.com/oauth2/v3/certs",
}
SOCIALACCOUNT_ADAPTER = "accounts.social_adapter.SocialAccountAdapter"
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 3
SOCIALACCOUNT_PROVIDERS = {
    "google": {
        "provider_class": "accounts.google.provider.StudioGoogle",
        "OAUTH_PKCE_ENABLED": True,
    }
}

# --- Mail --------------------------------------------------------------------
EMAIL_HOST = env.text("EMAIL_HOST", default="")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend"
EMAIL_PORT = env.integer("EMAIL_PORT", default=587, low=1, high=65535)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD", default="")
EMAIL_USE_TLS = env.boolean("EMAIL_USE_TLS", default=True)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", default="Nexus <nexus@localhost>")

# --- The API -----------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.authentication.StudioAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "accounts.leaving.StaysHere",
    ],
    "DEFAULT_RENDERER_CLASSES": [
        "nexus.lib.api.ApiJSONRenderer",
        "rest_framework.renderers.BrowsableAPIRenderer",
    ],
    "DEFAULT_PARSER_CLASSES": ["nexus.lib.api.StrictJSONParser"],
    "DEFAULT_PAGINATION_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "nexus.lib.api.JSONFirstNegotiation",
    "EXCEPTION_HANDLER": "nexus.lib.api.exception_handler",
    "DATETIME_FORMAT": "%Y-%m-%dT%H:%M:%S.%fZ",
    "COERCE_DECIMAL_TO_STRING": False,
    "URL_FORMAT_OVERRIDE": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Nexus",
    "DESCRIPTION": "Stories, chapters, targets and the numbers behind them.",
    "VERSION": VERSION,
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENFORCE_NON_BLANK_FIELDS": True,
    "PREPROCESSING_HOOKS": ["nexus.openapi.without_slashes"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "nexus.openapi.complete",
    ],
    "ENUM_NAME_OVERRIDES": {
        "StoryStatusEnum": "stories.models.Story.Status",
        "JobStatusEnum": "jobs.models.Job.Status",
        "RestKindEnum": "analytics.models.RestDay.Kind",
        "MinimumUnitEnum": "accounts.models.Preferences.MinimumUnit",
    },
}

# --- Words and time ----------------------------------------------------------
LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Logs --------------------------------------------------------------------
LOG_LEVEL = env.choice("LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), default="INFO")
LOG_FORMAT = env.choice(
    "LOG_FORMAT", ("plain", "json"), default="json" if PROFILE == "production" else "plain"
)
LOG_DIR = env.text("LOG_DIR", default="")
env.refuse(bool(LOG_DIR) and not Path(LOG_DIR).is_absolute(), "LOG_DIR must be a folder, from /.")
LOGGING_CONFIG = "nexus.logging.configure"
LOGGING = {"level": LOG_LEVEL, "format": LOG_FORMAT, "folder": LOG_DIR}

# --- Watching ----------------------------------------------------------------
METRICS_TOKEN = env.text("METRICS_TOKEN", default="")
env.refuse(
    bool(METRICS_TOKEN) and not re.fullmatch(r"[!-~]{20,}", METRICS_TOKEN),
    "METRICS_TOKEN needs at least 20 characters, without spaces.",
)

SENTRY_DSN = env.text("SENTRY_DSN", default="")
env.refuse(
    bool(SENTRY_DSN) and not re.fullmatch(r"https?://[^\s@/]+@[^\s@]+/\d+", SENTRY_DSN),
    "SENTRY_DSN must look like https://key@host/number.",
)

# --- The demo ----------------------------------------------------------------
DEMO = env.boolean("NEXUS_DEMO", default=False)
env.refuse(DEMO and PROFILE == "production", "NEXUS_DEMO is never for production.")

env.finish()
