"""The address of CKAN's API: ``/api/3/action/<name>``, by GET or POST, and CKAN's own envelope."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, status
from rest_framework.authentication import SessionAuthentication
from rest_framework.parsers import FormParser, JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.interop.ckan import ACTIONS, Call
from catalog.interop.entries import BareToken, OpenToAll, caller
from portal.errors import Forbidden, Invalid, NotVisible, PortalError

_KINDS: dict[type[PortalError], tuple[str, int]] = {
    NotVisible: ("Not Found Error", status.HTTP_404_NOT_FOUND),
    Forbidden: ("Authorization Error", status.HTTP_403_FORBIDDEN),
    Invalid: ("Validation Error", status.HTTP_409_CONFLICT),
}
"""CKAN answers 409 where parameters are wrong."""


class BareTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Names the tokens without scheme in the schema."""

    target_class = "catalog.interop.entries.BareToken"
    name = "bare token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """A token of the portal's own, as CKAN's clients send it."""
        del auto_schema
        return {"type": "apiKey", "in": "header", "name": "Authorization"}


class ActionView(APIView):
    """One read action over the entries the caller sees; nobody writes through it."""

    authentication_classes = [BareToken, SessionAuthentication]
    permission_classes = [OpenToAll]
    parser_classes = [JSONParser, FormParser]
    scopes = {"POST": "read"}

    @extend_schema(
        operation_id="ckan_action_get",
        parameters=[OpenApiParameter("name", str, OpenApiParameter.PATH, enum=list(ACTIONS))],
        responses=OpenApiTypes.OBJECT,
        tags=["ckan"],
    )
    def get(self, request: Request, name: str) -> Response:
        """Run the action with the parameters of the address."""
        return self._run(request, name, request.query_params.dict())

    @extend_schema(
        operation_id="ckan_action_post",
        parameters=[OpenApiParameter("name", str, OpenApiParameter.PATH, enum=list(ACTIONS))],
        request=OpenApiTypes.OBJECT,
        responses=OpenApiTypes.OBJECT,
        tags=["ckan"],
    )
    def post(self, request: Request, name: str) -> Response:
        """Run the action with the parameters of the body."""
        body: Any = request.data
        if hasattr(body, "dict"):
            body = body.dict()
        if not isinstance(body, dict):
            raise exceptions.ParseError(_("The body has to be an object."))
        return self._run(request, name, body)

    def _run(self, request: Request, name: str, given: dict[str, Any]) -> Response:
        action = ACTIONS.get(name)
        if action is None:
            raise NotVisible(_("There is no action of this name."))
        base = request.build_absolute_uri("/")
        result = action(Call(caller(request), timezone.localdate(), given, base))
        return Response({"help": self._help(request), "success": True, "result": result})

    def _help(self, request: Request) -> str:
        return request.build_absolute_uri("/api/docs/")

    def handle_exception(self, exc: Exception) -> Response:
        """CKAN's envelope for everything that went wrong."""
        if isinstance(exc, PortalError):
            kind, code = _KINDS.get(type(exc), ("Validation Error", status.HTTP_409_CONFLICT))
            error: dict[str, Any] = {"__type": kind, "message": str(exc.message)}
            for fault in getattr(exc, "faults", ()):
                error.setdefault(fault.field, []).append(f"{fault.message} {fault.remedy}")
        elif isinstance(exc, exceptions.APIException):
            code = exc.status_code
            kind = "Authorization Error" if code in {401, 403} else "Validation Error"
            error = {"__type": kind, "message": str(exc.detail)}
        else:
            return super().handle_exception(exc)
        body = {"help": self._help(self.request), "success": False, "error": error}
        return Response(body, status=code, exception=True)
