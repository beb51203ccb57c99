"""Access before consent over REST: the register, and opening it for one item."""

from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.api import CursorPage, idempotent, official_of
from portal.organisation.models import Official
from sharing import access
from sharing.actions import emergencies
from sharing.api.common import DepartmentSerializer, PersonSerializer, ReasonSerializer, validated
from sharing.models import ApplicationItem, EmergencyAccess

TAGS: Final = ["policies"]
LOADED: Final = (
    "item__application__department", "item__provider", "item__version", "grant", "opened_by",
)  # fmt: skip


class EmergencySerializer(serializers.ModelSerializer[EmergencyAccess]):
    """One access before consent; ``ended`` is empty while it is open."""

    item = serializers.UUIDField(source="item_id")
    title = serializers.CharField(source="item.version.title")
    department = DepartmentSerializer(source="item.application.department")
    provider = DepartmentSerializer(source="item.provider")
    grant = serializers.UUIDField(source="grant_id")
    grant_number = serializers.CharField(source="grant.number")
    opened_by = PersonSerializer()

    class Meta:
        model = EmergencyAccess
        fields = [
            "item", "title", "department", "provider", "grant", "grant_number", "reason",
            "opened_by", "opened_at", "until", "policy_version", "ended", "ended_at",
        ]  # fmt: skip
        read_only_fields = fields


class ItemEmergencySerializer(serializers.Serializer[Any]):
    """How it stands for one item: ``days`` of the policy (0: none), who opens, what is open."""

    days = serializers.IntegerField()
    who = serializers.ListField(child=serializers.CharField(), help_text="Posts that open access.")
    opened = EmergencySerializer(allow_null=True)
    commands = serializers.DictField(child=ReasonSerializer())


class OpeningSerializer(serializers.Serializer[Any]):
    """Why it cannot wait; provider and authority read it."""

    reason = serializers.CharField(allow_blank=True, max_length=1000)


class EmergencyPage(CursorPage):
    """The newest first."""

    ordering = ("-opened_at", "-pk")


class EmergenciesView(generics.ListAPIView[EmergencyAccess]):
    """The register."""

    serializer_class = EmergencySerializer
    pagination_class = EmergencyPage

    def get_queryset(self) -> QuerySet[EmergencyAccess]:
        """Accesses on grants the caller sees."""
        if getattr(self, "swagger_fake_view", False):
            return EmergencyAccess.objects.none()
        seen = emergencies.visible_to(official_of(self.request), timezone.localdate())
        return seen.select_related(*LOADED)

    @extend_schema(operation_id="emergencies_list", tags=TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Every access before consent that the caller may know of."""
        return super().get(request, *args, **kwargs)


class ItemEmergencyView(APIView):
    """Access before consent for one item."""

    @extend_schema(operation_id="emergencies_get", responses=ItemEmergencySerializer, tags=TAGS)
    def get(self, request: Request, pk: UUID) -> Response:
        """Whether it is open, and whether the caller may open it."""
        return Response(_shown(official_of(request), pk))

    @extend_schema(
        operation_id="emergencies_open", request=OpeningSerializer,
        responses=ItemEmergencySerializer, tags=TAGS,
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, pk: UUID) -> Response:
        """Open access at once; it ends by itself. 403 and 409 say why not."""
        data = validated(OpeningSerializer(data=request.data))
        by, now = official_of(request), timezone.now()
        emergencies.open_access(by=by, item_id=pk, reason=data["reason"], now=now)
        return Response(_shown(by, pk))


def _shown(by: Official, pk: UUID) -> dict[str, Any]:
    now = timezone.now()
    on = timezone.localdate(now)
    item = ApplicationItem.objects.select_related(
        "application__applicant", "application__department__region", "version", "policy"
    ).get(pk=access.get_item(by, pk, on).pk)
    rules = emergencies.rules_for(item, on)
    opened = EmergencyAccess.objects.filter(item=item).select_related(*LOADED).first()
    reason = emergencies.hindrance(item, by, now)
    opening = {
        "allowed": reason is None,
        "code": reason.reason if reason else "",
        "reason": str(reason.message) if reason else "",
    }
    return {
        "days": rules.days,
        "who": [str(role) for role in rules.who],
        "opened": EmergencySerializer(opened).data if opened else None,
        "commands": {"open": opening},
    }
