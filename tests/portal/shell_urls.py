"""The portal's addresses and a few that only misbehave."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path

from portal.errors import Fault, Forbidden, Invalid, NotAllowed, NotVisible, Stale
from portal.urls import (  # noqa: F401 - Django looks for the handlers here
    handler400,
    handler403,
    handler404,
    handler500,
    urlpatterns,
)

ERRORS = {
    "unknown": Http404("secret name"),
    "unseen": NotVisible("secret name"),
    "forbidden": Forbidden("Not yours.", remedy="Apply for it", url="/catalog/7/apply/"),
    "not-allowed": NotAllowed("It is closed.", remedy="Look at the outcome."),
    "stale": Stale("Wang signed at 9:06."),
    "invalid": Invalid("Look again.", [Fault("basis", "Name the article.")]),
    "broken": RuntimeError("secret value"),
}


def fail(request: HttpRequest, kind: str) -> HttpResponse:
    raise ERRORS[kind]


urlpatterns = [path("fail/<slug:kind>/", fail), *urlpatterns]
