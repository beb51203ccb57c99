"""Grants, pulls and deliveries over REST."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.api import CursorPage, idempotent, official_of
from portal.organisation.models import Scope
from sharing import access, grants, links
from sharing.api.common import DepartmentSerializer, validated
from sharing.models import Delivery, DeliveryFile, Grant, Pull
from sharing.pulling import cancel_pull, request_pull

GRANTS, PULLS, DELIVERIES = ["grants"], ["pulls"], ["deliveries"]


class GrantSerializer(serializers.ModelSerializer[Grant]):
    """What one department may use of one entry."""

    title = serializers.CharField(source="version.title")
    department = DepartmentSerializer()
    provider = DepartmentSerializer(source="resource.provider")
    fields_granted = serializers.JSONField(source="fields")

    class Meta:
        model = Grant
        fields = [
            "id", "number", "title", "resource_id", "department", "provider", "fields_granted",
            "row_region_id", "purpose", "mode", "starts_on", "ends_on", "supply_due_on", "status",
            "status_at", "status_reason", "content_hash", "created_at",
        ]  # fmt: skip
        read_only_fields = fields


class PullSerializer(serializers.ModelSerializer[Pull]):
    """One run: how far it is, or why it failed."""

    delivery = serializers.UUIDField(source="delivery.pk", default=None, allow_null=True)

    class Meta:
        model = Pull
        fields = [
            "id", "grant_id", "status", "attempts", "retry_at", "rows_done", "bytes_done",
            "rows_expected", "failure_code", "created_at", "started_at", "ended_at", "delivery",
        ]  # fmt: skip
        read_only_fields = fields


class FileSerializer(serializers.ModelSerializer[DeliveryFile]):
    """One file of a delivery."""

    class Meta:
        model = DeliveryFile
        fields = ["id", "format", "name", "size", "sha256"]


class DeliverySerializer(serializers.ModelSerializer[Delivery]):
    """A published, immutable, signed result."""

    files = FileSerializer(many=True)

    class Meta:
        model = Delivery
        fields = [
            "id", "number", "grant_id", "pull_id", "rows", "quality", "manifest", "signature",
            "key_id", "snapshot_at", "published_at", "files",
        ]  # fmt: skip
        read_only_fields = fields


class ReasonedSerializer(serializers.Serializer[Any]):
    """A step that needs a reason."""

    reason = serializers.CharField(max_length=1000)


class LinkSerializer(serializers.Serializer[Any]):
    """An address that serves one file to one person for a short time."""

    url = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="Seconds.")


def loaded_grants() -> QuerySet[Grant]:
    """Grants with everything their shape shows."""
    return Grant.objects.select_related("department", "resource__provider", "version")


class GrantsView(generics.ListAPIView[Grant]):
    """Grants the caller may see."""

    serializer_class = GrantSerializer
    pagination_class = CursorPage

    @extend_schema(tags=GRANTS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Received, given or supervised, newest first."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Grant]:
        """Starts where every page starts."""
        if getattr(self, "swagger_fake_view", False):
            return Grant.objects.none()
        seen = access.grants_visible_to(official_of(self.request), timezone.localdate())
        return loaded_grants().filter(pk__in=seen.values("pk"))


@extend_schema(tags=GRANTS)
class GrantView(APIView):
    """One grant."""

    @extend_schema(responses=GrantSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """What the grant allows and whether it is in force."""
        found = access.get_grant(official_of(request), pk, timezone.localdate())
        return Response(GrantSerializer(loaded_grants().get(pk=found.pk)).data)


@extend_schema(tags=GRANTS)
class GrantStepView(APIView):
    """Suspend, resume, terminate (Decree 809 article 27)."""

    step = ""

    @extend_schema(request=ReasonedSerializer, responses=GrantSerializer)
    @idempotent
    def post(self, request: Request, pk: UUID) -> Response:
        """Change the state of the grant; the other side is told the reason."""
        data = validated(ReasonedSerializer(data=request.data))
        steps: dict[str, Callable[..., Grant]] = {
            "suspend": grants.suspend,
            "resume": grants.resume,
            "terminate": grants.terminate,
        }
        act = steps[self.step]
        act(by=official_of(request), grant_id=pk, reason=data["reason"], now=timezone.now())
        return Response(GrantSerializer(loaded_grants().get(pk=pk)).data)


@extend_schema(tags=PULLS)
class GrantPullsView(APIView):
    """Pulls of one grant."""

    @extend_schema(responses=PullSerializer(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        """The latest pulls of the grant, newest first."""
        found = access.get_grant(official_of(request), pk, timezone.localdate())
        rows = found.pulls.select_related("delivery")[:50]
        return Response(PullSerializer(rows, many=True).data)

    @extend_schema(request=None, responses={202: PullSerializer})
    @idempotent
    def post(self, request: Request, pk: UUID) -> Response:
        """Ask for the data now; follow the pull at its own address."""
        pull = request_pull(by=official_of(request), grant_id=pk, now=timezone.now())
        return Response(PullSerializer(pull).data, status=status.HTTP_202_ACCEPTED)


@extend_schema(tags=PULLS)
class PullView(APIView):
    """One pull."""

    @extend_schema(responses=PullSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """How far the pull is; ``delivery`` names the result once it is published."""
        found = access.get_pull(official_of(request), pk, timezone.localdate())
        return Response(PullSerializer(found).data)

    @extend_schema(responses=PullSerializer)
    def delete(self, request: Request, pk: UUID) -> Response:
        """Stop a pull under way; nothing of it is delivered."""
        stopped = cancel_pull(by=official_of(request), pull_id=pk, now=timezone.now())
        return Response(PullSerializer(stopped).data)


class DeliveriesView(generics.ListAPIView[Delivery]):
    """Deliveries the caller may see."""

    serializer_class = DeliverySerializer
    pagination_class = type("DeliveryPage", (CursorPage,), {"ordering": ("-published_at", "-id")})

    @extend_schema(tags=DELIVERIES)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Newest first."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Delivery]:
        """Starts where every page starts."""
        if getattr(self, "swagger_fake_view", False):
            return Delivery.objects.none()
        found = access.deliveries_visible_to(official_of(self.request), timezone.localdate())
        return found.prefetch_related("files")


@extend_schema(tags=DELIVERIES)
class DeliveryView(APIView):
    """One delivery."""

    @extend_schema(responses=DeliverySerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """Manifest, signature, quality and files."""
        found = access.get_delivery(official_of(request), pk, timezone.localdate())
        return Response(DeliverySerializer(found).data)


@extend_schema(tags=DELIVERIES)
class FileLinkView(APIView):
    """Links to files."""

    scopes = {"POST": Scope.DOWNLOAD}

    @extend_schema(request=None, responses={201: LinkSerializer})
    def post(self, request: Request, pk: int) -> Response:
        """An expiring address for one file, good for the caller only."""
        by, now = official_of(request), timezone.now()
        file = access.get_file(by, pk, timezone.localdate(now))
        url = reverse("api:download", args=[links.make(file, by, now)])
        answer = {
            "url": request.build_absolute_uri(url),
            "expires_in": settings.DOWNLOAD_LINK_SECONDS,
        }
        return Response(LinkSerializer(answer).data, status=status.HTTP_201_CREATED)


@extend_schema(tags=DELIVERIES)
class DownloadView(APIView):
    """The bytes of a file."""

    scopes = {"GET": Scope.DOWNLOAD}

    @extend_schema(
        responses={(200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY)}
    )
    def get(self, request: Request, token: str) -> StreamingHttpResponse:
        """Send the file if everything still holds; breaks off when the grant ends meanwhile."""
        opened = links.open(token, official_of(request), timezone.now())
        response = StreamingHttpResponse(opened.chunks, content_type="application/octet-stream")
        response["Content-Length"] = str(opened.size)
        response["Content-Disposition"] = content_disposition_header(
            as_attachment=True, filename=opened.name
        )
        response["Cache-Control"] = "no-store"
        return response
