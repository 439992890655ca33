"""Routes for `test_middleware`: one for each way a request can end, before the site's own."""

from django.contrib.sessions.exceptions import SessionInterrupted
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import path

from accounts.models import Session
from nexus.urls import urlpatterns as site

handler400 = "nexus.error_views.bad_request"
handler403 = "nexus.error_views.forbidden"
handler404 = "nexus.error_views.not_found"
handler500 = "nexus.error_views.server_error"


class Unexpected(Exception):
    pass


def breaks(request):
    raise Unexpected("the inside: secret-canary")


def refuses(request):
    raise PermissionDenied


def suspects(request):
    raise SuspiciousOperation


def who(request):
    return HttpResponse(str(request.user))


def loses_session(request):
    """Change a session that somebody ends before the answer is out."""
    request.session["seen"] = True
    Session.objects.all().delete()
    return HttpResponse("fine")


def finds_no_session(request):
    raise SessionInterrupted


def own_policy(request):
    return HttpResponse(headers={"Content-Security-Policy": "default-src 'none'"})


def signs_in(request):
    response = HttpResponse()
    response.set_cookie("session_id", "x")
    return response


urlpatterns = [
    path("fine/", lambda request: HttpResponse("fine")),
    path("who/", who),
    path("moved/", lambda request: HttpResponseRedirect("/fine/")),
    path("stream/", lambda request: StreamingHttpResponse([b"a", b"b"])),
    path("breaks/", breaks),
    path("refuses/", refuses),
    path("suspects/", suspects),
    path("own-policy/", own_policy),
    path("signs-in/", signs_in),
    path("loses-session/", loses_session),
    path("finds-no-session/", finds_no_session),
    path("api/v1/loses-session", loses_session),
    path("api/v1/finds-no-session", finds_no_session),
    path("api/v1/breaks", breaks),
    path("api/v1/refuses", refuses),
    *site,
]
