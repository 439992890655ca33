"""The public keys at the address where programs look for them first."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts import keys


@require_safe
@cache_control(public=True, max_age=keys.CACHE_SECONDS)
def jwks(request: HttpRequest) -> JsonResponse:
    return JsonResponse(keys.jwks())
