"""REST of the demand desk: demands the caller sees, asking, commands on one."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog import actions, demands
from catalog.access import visible_to
from catalog.api import AnswerSerializer, validated
from catalog.demanding.terms import Command, Order, Refusal
from catalog.models import Demand, DemandStep, RefusalType, WantedMode
from portal.api import CursorPage, idempotent, official_of
from portal.errors import Fault, Invalid
from portal.organisation.models import Department, Official

TAGS = ["demands"]


class DemandStepSerializer(serializers.ModelSerializer[DemandStep]):
    """One step of a demand."""

    actor = serializers.CharField(source="actor.full_name")
    acting_for = serializers.CharField(source="acting_for.full_name", default=None)
    to = serializers.IntegerField(source="target_id", allow_null=True)

    class Meta:
        model = DemandStep
        fields = [
            "seq", "command", "before", "after", "actor", "acting_for", "to", "promised_on",
            "refusal_type", "citation", "text", "at",
        ]  # fmt: skip


class DemandSerializer(serializers.ModelSerializer[Demand]):
    """A demand; ``step_count`` is what commands send back as ``seen``."""

    department_name = serializers.CharField(source="department.name")
    responder_name = serializers.CharField(source="responder.name", default=None)
    authority_name = serializers.CharField(source="authority.name")

    class Meta:
        model = Demand
        fields = [
            "id", "number", "title", "scene", "basis", "wanted_items", "wanted_mode", "needed_by",
            "department", "department_name", "responder", "responder_name", "authority",
            "authority_name", "status", "step_count", "reopened", "received_on", "due_on",
            "due_provisional", "promised_on", "refusal_type", "citation", "created_at",
        ]  # fmt: skip


class DemandDetailSerializer(DemandSerializer):
    """A demand with its steps, the entry that answers it, and what the caller may do."""

    entry = serializers.UUIDField(
        source="entry_id", allow_null=True, help_text="Null where the caller does not see it."
    )
    steps = DemandStepSerializer(many=True)
    commands = serializers.DictField(child=AnswerSerializer(), read_only=True)

    class Meta(DemandSerializer.Meta):
        fields = [*DemandSerializer.Meta.fields, "entry", "steps", "commands"]


class NewDemandSerializer(serializers.Serializer[Any]):
    """What is asked for; without ``responder`` the competent authority assigns it."""

    department = serializers.IntegerField()
    title = serializers.CharField(max_length=200)
    scene = serializers.CharField(max_length=2000)
    basis = serializers.CharField(max_length=1000)
    wanted_items = serializers.ListField(
        child=serializers.CharField(max_length=100), min_length=1, max_length=100
    )
    wanted_mode = serializers.ChoiceField(WantedMode.choices)
    needed_by = serializers.DateField(required=False, allow_null=True, default=None)
    responder = serializers.IntegerField(required=False, allow_null=True, default=None)


class DemandCommandSerializer(serializers.Serializer[Any]):
    """One command; which of the other fields count depends on ``command``."""

    command = serializers.ChoiceField([one.value for one in Command])
    seen = serializers.IntegerField(min_value=0, max_value=2**31)
    text = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)
    target = serializers.IntegerField(
        required=False, allow_null=True, default=None, help_text="assign, transfer: a department"
    )
    entry = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=60,
        help_text="answer: resource code or id of an entry",
    )  # fmt: skip
    promised_on = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="promise"
    )
    refusal = serializers.ChoiceField(RefusalType.choices, required=False, help_text="refuse")
    citation = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=300, help_text="refuse by law"
    )


class DemandPage(CursorPage):
    """In the order in which they were sent."""

    ordering = ("created_at", "id")


class DemandsView(generics.ListAPIView[Demand]):
    """Demands, and asking."""

    serializer_class = DemandSerializer
    pagination_class = DemandPage

    def get_queryset(self) -> QuerySet[Demand]:
        """As the page shows them."""
        if getattr(self, "swagger_fake_view", False):
            return Demand.objects.none()
        found = demands.demands_visible_to(official_of(self.request), timezone.localdate())
        return found.select_related("department", "responder", "authority").order_by(
            "created_at", "id"
        )

    @extend_schema(operation_id="demands_list", tags=TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Demands that concern the caller's departments or authority."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="demands_send",
        request=NewDemandSerializer, responses={201: DemandDetailSerializer}, tags=TAGS,
    )  # fmt: skip
    @idempotent
    def post(self, request: Request) -> Response:
        """Ask for data that no entry offers."""
        data = validated(NewDemandSerializer(data=request.data))
        by, now = official_of(request), timezone.now()
        found = Department.objects.select_related("region", "parent").in_bulk(
            [pk for pk in (data["department"], data["responder"]) if pk is not None]
        )
        missing = [
            name
            for name in ("department", "responder")
            if data[name] is not None and data[name] not in found
        ]
        if missing:
            message = _("There is no such department.")
            raise Invalid(message, [Fault(name, message, code="unknown") for name in missing])
        content = actions.DemandContent(
            data["title"], data["scene"], data["basis"], tuple(data["wanted_items"]),
            data["wanted_mode"], data["needed_by"], found.get(data["responder"]),
        )  # fmt: skip
        demand = actions.send_demand(
            by=by, department=found[data["department"]], content=content, now=now
        )
        return Response(_shown(by, demand.pk), status=status.HTTP_201_CREATED)


class DemandView(APIView):
    """One demand."""

    @extend_schema(
        operation_id="demands_get",
        parameters=[OpenApiParameter("pk", OpenApiTypes.UUID, OpenApiParameter.PATH)],
        responses=DemandDetailSerializer, tags=TAGS,
    )  # fmt: skip
    def get(self, request: Request, pk: UUID) -> Response:
        """The demand with its steps and what the caller may do now."""
        return Response(_shown(official_of(request), pk))


class DemandCommandView(APIView):
    """Commands on a demand."""

    @extend_schema(
        operation_id="demands_command",
        parameters=[OpenApiParameter("pk", OpenApiTypes.UUID, OpenApiParameter.PATH)],
        request=DemandCommandSerializer, responses=DemandDetailSerializer, tags=TAGS,
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, pk: UUID) -> Response:
        """Assign, answer, promise, refuse, pass on, take back or re-open; 409 says why not."""
        data = validated(DemandCommandSerializer(data=request.data))
        by = official_of(request)
        order = Order(
            Command(data["command"]), data["seen"], data["text"], data["target"], data["entry"],
            data["promised_on"], Refusal(data["refusal"]) if data.get("refusal") else None,
            data["citation"],
        )  # fmt: skip
        actions.execute_demand(by=by, demand_id=pk, order=order, now=timezone.now())
        return Response(_shown(by, pk))


def _shown(by: Official, pk: UUID) -> dict[str, Any]:
    now = timezone.now()
    on = timezone.localdate(now)
    demand = demands.get_demand(by, pk, on)
    commands = {
        command.value: {
            "allowed": reason is None,
            "code": reason.code if reason else "",
            "reason": str(reason.text) if reason else "",
        }
        for command, reason in actions.available_demand_commands(demand, by, now).items()
    }
    entry = demand.entry_id
    seen = entry is not None and visible_to(by, on).filter(pk=entry).exists()
    steps = demand.steps.select_related("actor", "acting_for")
    return {
        **DemandSerializer(demand).data,
        "entry": str(entry) if seen else None,
        "steps": DemandStepSerializer(steps, many=True).data,
        "commands": commands,
    }
