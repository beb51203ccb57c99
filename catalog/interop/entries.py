"""Which entries other catalogs get: those the caller sees on pages, with a live version."""

from datetime import date
from uuid import UUID

from django.http import HttpRequest
from rest_framework.request import Request

from catalog.access import visible_to
from catalog.models import SHOWN_STATUSES, Resource, ResourceQuerySet
from portal.api_defaults import SignedIn, TokenAuthentication
from portal.organisation.models import ApiToken, Official


def shown_to(official: Official | None, on: date) -> ResourceQuerySet:
    """Shown entries that the caller sees; anonymous callers (None) get what is open to the public."""
    found = visible_to(official, on).filter(status__in=SHOWN_STATUSES, live__isnull=False)
    return found.select_related("live__classification", "provider__region")


def entries_after(found: ResourceQuerySet, after: UUID | None, size: int) -> list[Resource]:
    """Up to ``size`` entries in the order of their ids, which no change of an entry moves."""
    rows = found.order_by("pk")
    return list((rows.filter(pk__gt=after) if after else rows)[:size])


class OpenToAll(SignedIn):
    """Anonymous callers too (they see open entries only); a token still needs its scope to read."""

    def has_permission(self, request: Request, view: object) -> bool:
        """Let in callers without any sign-in; judge all others as everywhere."""
        if not request.user.is_authenticated:
            return True
        return super().has_permission(request, view)  # type: ignore[arg-type]


class BareToken(TokenAuthentication):
    """``Authorization: <token>`` without a scheme, as clients of CKAN send their key."""

    def authenticate(self, request: Request) -> tuple[Official, ApiToken] | None:
        """Return the token's official; None where there is no such header."""
        given = request.META.get("HTTP_AUTHORIZATION") or request.META.get("HTTP_X_CKAN_API_KEY")
        if not given or len(given.split()) != 1:
            return super().authenticate(request)
        return self.official_of(given)


def caller(request: Request | HttpRequest) -> Official | None:
    """Who asks; None for an anonymous caller."""
    return request.user if isinstance(request.user, Official) else None
