"""What the REST settings name: the defaults of every view.

Apart from `portal.api`, because the framework imports them while its views are being imported, so
nothing here may import `rest_framework.views`.
"""

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.pagination import CursorPagination
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from portal.organisation import tokens
from portal.organisation.models import ApiToken, Official, Scope

if TYPE_CHECKING:
    from rest_framework.views import APIView


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer <token>`` with one of the official's own tokens."""

    keyword = "bearer"

    def authenticate(self, request: Request) -> tuple[Official, ApiToken] | None:
        """Return the token's official; None without a bearer header, 401 for a bad token."""
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != self.keyword.encode():
            return None
        if len(parts) != 2:
            raise exceptions.AuthenticationFailed(_("Write: Authorization: Bearer <token>."))
        return self.official_of(parts[1].decode("ascii", "replace"))

    def official_of(self, clear: str) -> tuple[Official, ApiToken]:
        """Return the official of a token by its clear text; 401 for a bad one."""
        token = tokens.authenticate(clear, now=timezone.now())
        if token is None:
            raise exceptions.AuthenticationFailed(
                _("The token is unknown, expired or revoked. Issue a new one under API tokens.")
            )
        return token.official, token

    def authenticate_header(self, request: Request) -> str:
        """Makes a missing sign-in a 401 instead of a 403."""
        del request
        return "Bearer"


class SignedIn(BasePermission):
    """Signed-in, active officials; a token needs the scope the view names for the method."""

    message = _("The token does not have the scope this call needs.")

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Check the account and, for a token, its scope.

        A view sets ``scopes`` (method to scope) to differ from: reading needs ``read``, every
        other method needs ``apply``.
        """
        if not (request.user.is_authenticated and request.user.is_active):
            return False
        if not isinstance(request.auth, ApiToken):
            return True
        method = str(request.method)
        default = Scope.READ if method in {"GET", "HEAD", "OPTIONS"} else Scope.APPLY
        needed = getattr(view, "scopes", {}).get(method, default)
        return needed in request.auth.scopes


class CursorPage(CursorPagination):
    """Keyset pages: every page costs the same, and nothing shifts while somebody reads."""

    page_size = 20
    max_page_size = 100
    page_size_query_param = "page_size"
    ordering = ("-created_at", "-id")
