"""REST of oversight: cases of supervision and violations the caller sees, with their steps."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.api import CursorPage, official_of
from portal.errors import Fault, Invalid
from portal.organisation.models import Official
from sharing.api.common import ReasonSerializer
from sharing.models import OversightEvent, OversightItem
from sharing.violations import access, words
from sharing.violations.actions import available_commands

TAGS = ["oversight"]
FILTERS = ("kind", "status", "code")
_QUERY = [
    OpenApiParameter("kind", enum=list(OversightItem.Kind.values)),
    OpenApiParameter("status", enum=list(OversightItem.Status.values)),
    OpenApiParameter("code", description="code of the kind of violation, such as late_reply"),
]


class OversightEventSerializer(serializers.ModelSerializer[OversightEvent]):
    """One step of a case."""

    actor = serializers.CharField(source="actor.full_name", default=None)
    acting_for = serializers.CharField(source="acting_for.full_name", default=None)

    class Meta:
        model = OversightEvent
        fields = [
            "seq", "command", "before", "after", "actor", "acting_for", "at", "text", "wanted_on",
        ]  # fmt: skip


class OversightSerializer(serializers.ModelSerializer[OversightItem]):
    """A case; ``article`` is that of Decree 809, ``facts`` what shows the breach."""

    name = serializers.SerializerMethodField()
    department_name = serializers.CharField(source="department.name")
    authority_name = serializers.CharField(source="authority.name", default=None)
    facts = serializers.DictField()

    class Meta:
        model = OversightItem
        fields = [
            "id", "number", "kind", "code", "name", "article", "department", "department_name",
            "authority", "authority_name", "label", "url", "happened_on", "facts", "status",
            "step_count", "wanted_on", "detected_at", "updated_at",
        ]  # fmt: skip

    def get_name(self, item: OversightItem) -> str:
        """What it is called, in the caller's language."""
        return words.what(item.kind, item.code)


class OversightDetailSerializer(OversightSerializer):
    """A case with its steps and what the caller could do with it on its page."""

    events = OversightEventSerializer(many=True)
    commands = serializers.DictField(child=ReasonSerializer(), read_only=True)

    class Meta(OversightSerializer.Meta):
        fields = [*OversightSerializer.Meta.fields, "events", "commands"]


class OversightPage(CursorPage):
    """The newest first."""

    ordering = ("-detected_at", "-id")


class OversightListView(generics.ListAPIView[OversightItem]):
    """Cases of the caller's departments, and those their authority follows."""

    serializer_class = OversightSerializer
    pagination_class = OversightPage

    def get_queryset(self) -> QuerySet[OversightItem]:
        """As the page shows them."""
        if getattr(self, "swagger_fake_view", False):
            return OversightItem.objects.none()
        found = access.visible_to(official_of(self.request), timezone.localdate())
        given = {name: self.request.query_params.get(name, "") for name in FILTERS}
        offered = {"kind": OversightItem.Kind.values, "status": OversightItem.Status.values}
        faults = [
            Fault(name, f"Unknown {name}.", ", ".join(offered[name]), "unknown")
            for name in offered
            if given[name] and given[name] not in offered[name]
        ]
        if faults:
            raise Invalid("Unknown filter.", faults)
        chosen = {name: value for name, value in given.items() if value}
        ordered = found.filter(**chosen).select_related("department", "authority")
        return ordered.order_by("-detected_at", "-id")

    @extend_schema(operation_id="oversight_list", parameters=_QUERY, tags=TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Supervision and violations; ``kind=violation`` gives the register of violations."""
        return super().get(request, *args, **kwargs)


class OversightView(APIView):
    """One case."""

    @extend_schema(
        operation_id="oversight_get",
        parameters=[OpenApiParameter("pk", OpenApiTypes.UUID, OpenApiParameter.PATH)],
        responses=OversightDetailSerializer, tags=TAGS,
    )  # fmt: skip
    def get(self, request: Request, pk: UUID) -> Response:
        """The case with its steps and what the caller may do now."""
        return Response(case_shown(official_of(request), pk))


def case_shown(official: Official, pk: UUID) -> Any:
    """The case with its steps and what the official may do now; NotVisible for others."""
    on = timezone.localdate()
    item = access.get_item(official, pk, on)
    commands = {
        command.value: {
            "allowed": reason is None,
            "code": reason.code if reason else "",
            "reason": str(reason.text) if reason else "",
        }
        for command, reason in available_commands(item, official, on).items()
    }
    events = list(item.events.select_related("actor", "acting_for").order_by("seq"))
    shown = dict(OversightSerializer(item).data)
    shown["events"] = OversightEventSerializer(events, many=True).data
    shown["commands"] = commands
    return shown
