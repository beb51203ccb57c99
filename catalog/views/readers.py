"""Who reads a page."""

from django.http import HttpRequest

from portal.errors import NotVisible
from portal.organisation.models import Official


def reader_of(request: HttpRequest) -> Official:
    """The signed-in official; the middleware lets nobody else come here."""
    if not isinstance(request.user, Official):
        raise NotVisible("")
    return request.user
