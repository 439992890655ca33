"""Pages and API for a WSGI server (granian in production), and for `nexus.asgi`."""

from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nexus.settings")

application = get_wsgi_application()

# Loaded now, not by the first visitor; and what is loaded stays, so that the collector of garbage
# need not look through it again and again, which held a page up for a tenth of a second.
get_resolver().url_patterns  # noqa: B018
gc.collect()
gc.freeze()
# A request makes some thousand objects, hardly one of them in a ring: looking for rings after each
# few hundred costs more than it finds.
gc.set_threshold(5_000, 10, 10)
