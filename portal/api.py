"""What every REST view stands on: tokens, permissions, pages, problem+json, idempotency."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_standardized_errors.formatter import ExceptionFormatter
from drf_standardized_errors.handler import ExceptionHandler
from drf_standardized_errors.types import Error, ErrorResponse
from rest_framework import exceptions, status
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, set_rollback

from portal.api_defaults import CursorPage as CursorPage  # noqa: PLC0414 - offered to views
from portal.errors import Forbidden, Invalid, NotAllowed, NotVisible, PortalError
from portal.models import IdempotentRequest
from portal.organisation.models import Official

PROBLEM = "application/problem+json"
KEPT = timedelta(hours=24)
"""How long the answer to an idempotency key is kept."""


class ProblemHandler(ExceptionHandler):
    """Turns domain errors into their HTTP status, in one place."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        """Map portal errors; everything else as the framework does."""
        if not isinstance(exc, PortalError):
            return super().convert_known_exceptions(exc)
        converted = exceptions.APIException(detail=str(exc.message), code=exc.reason)
        match exc:
            case NotVisible():
                converted.status_code = status.HTTP_404_NOT_FOUND
            case Forbidden():
                converted.status_code = status.HTTP_403_FORBIDDEN
            case NotAllowed():
                converted.status_code = status.HTTP_409_CONFLICT
            case _:
                converted.status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
        return converted


class ProblemFormatter(ExceptionFormatter):
    """Problem details (RFC 9457) with every fault in ``errors``."""

    def get_errors(self) -> list[Error]:
        """All faults of an invalid input, each with its remedy in the text."""
        if isinstance(self.original_exc, Invalid) and self.original_exc.faults:
            return [
                Error(fault.code, f"{fault.message} {fault.remedy}".strip(), fault.field)
                for fault in self.original_exc.faults
            ]
        return list(super().get_errors())

    def format_error_response(self, error_response: ErrorResponse) -> dict[str, Any]:
        """The body: type, title, status, detail, instance, errors."""
        request = self.context["request"]
        remedy = str(getattr(self.original_exc, "remedy", "") or "")
        detail = str(getattr(self.original_exc, "message", "") or error_response.errors[0].detail)
        code = getattr(self.original_exc, "reason", "") or error_response.errors[0].code
        return {
            "type": f"urn:govshare:problem:{code}",
            "title": remedy or str(self.exc.default_detail),
            "status": self.exc.status_code,
            "detail": detail,
            "instance": f"urn:request:{getattr(request, 'request_id', '')}",
            "errors": [
                {"attr": error.attr, "code": error.code, "detail": str(error.detail)}
                for error in error_response.errors
            ],
        }


def exception_handler(exc: Exception, context: Any) -> Response | None:
    """The one exception handler of the REST interface."""
    response: Response | None = ProblemHandler(exc, context).run()
    if response is not None:
        response.content_type = PROBLEM
    return response


def official_of(request: Request) -> Official:
    """The official who calls; views are closed to everybody else."""
    if not isinstance(request.user, Official):
        message = "REST views are for signed-in officials."
        raise TypeError(message)
    return request.user


View = TypeVar("View", bound=Callable[..., Response])


def idempotent(method: View) -> View:
    """Make a POST safe to repeat: the same ``Idempotency-Key`` gives the same answer once.

    The answer is stored in the transaction of the action, so a crash leaves either both or
    neither. The same key with another body is refused (422), one still under way too (409).
    """

    @wraps(method)
    def once(self: APIView, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get("Idempotency-Key", "")
        if not key:
            return method(self, request, *args, **kwargs)
        if len(key) > 100:
            raise Invalid(_("The idempotency key is longer than 100 characters."))
        digest, official_id = _digest(request), int(request.user.pk or 0)
        with transaction.atomic():
            _lock(official_id, key)
            known = IdempotentRequest.objects.filter(
                official_id=official_id, key=key, created_at__gt=timezone.now() - KEPT
            ).first()
            if known is None:
                response = method(self, request, *args, **kwargs)
                body = json.loads(JSONRenderer().render(response.data))
                IdempotentRequest.objects.update_or_create(
                    official_id=official_id,
                    key=key,
                    defaults={
                        "digest": digest,
                        "status": response.status_code,
                        "body": body,
                        "created_at": timezone.now(),
                    },
                )
                return response
        if known.digest != digest:
            raise Invalid(
                _("This idempotency key was used for another request."),
                remedy=_("Use a new key for a new request."),
            )
        set_rollback()
        return Response(known.body, status=known.status, headers={"Idempotent-Replay": "true"})

    return once  # type: ignore[return-value]


def _digest(request: Request) -> str:
    body = json.dumps(request.data, sort_keys=True, default=str)
    return hashlib.sha256(f"{request.method} {request.path} {body}".encode()).hexdigest()


def _lock(official_id: int, key: str) -> None:
    number = int.from_bytes(
        hashlib.sha256(f"{official_id} {key}".encode()).digest()[:8], "big", signed=True
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        if not cursor.fetchone()[0]:
            raise NotAllowed(
                _("A request with this idempotency key is still under way."),
                remedy=_("Repeat it in a moment."),
                code="in_flight",
            )


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Names the tokens in the schema."""

    target_class = "portal.api_defaults.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """A bearer token of the portal's own."""
        del auto_schema
        return {"type": "http", "scheme": "bearer"}
