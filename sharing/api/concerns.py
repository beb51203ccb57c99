"""Corrections, objections and disputes over REST: those the caller sees, raising, orders on one.

Complaints of citizens are in `sharing.api.complaints`.
"""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.api import CursorPage, idempotent, official_of
from portal.errors import Fault, Invalid, NotVisible
from portal.organisation.models import Department, Official
from sharing import concerns
from sharing.actions.concerns import available_concern_verbs, execute_concern
from sharing.actions.raising import (
    CORRECTIONS,
    OBJECTIONS,
    Content,
    open_dispute,
    raise_correction,
    raise_objection,
)
from sharing.api.common import DepartmentSerializer, ReasonSerializer, validated
from sharing.disputes.commands import Order
from sharing.disputes.rules import verbs
from sharing.disputes.terms import Kind, TaskKind, Verb
from sharing.models import Concern, ConcernEvent, ConcernKind, ConcernTask

TAGS = ["concerns"]
OFFERED = (Kind.CORRECTION, Kind.OBJECTION, Kind.DISPUTE)
VERBS = [verb.value for verb in Verb if any(verb in verbs(kind) for kind in OFFERED)]


class ConcernTaskSerializer(serializers.ModelSerializer[ConcernTask]):
    """What a department has to do and confirm."""

    department = DepartmentSerializer()

    class Meta:
        model = ConcernTask
        fields = ["key", "kind", "department", "done_at"]
        read_only_fields = fields


class ConcernEventSerializer(serializers.ModelSerializer[ConcernEvent]):
    """One thing that happened."""

    actor = serializers.CharField(source="actor.full_name", default=None, allow_null=True)
    acting_for = serializers.CharField(source="acting_for.full_name", default=None, allow_null=True)

    class Meta:
        model = ConcernEvent
        fields = ["seq", "kind", "data", "actor", "acting_for", "at"]
        read_only_fields = fields


class ConcernSerializer(serializers.ModelSerializer[Concern]):
    """A correction, an objection or a dispute; ``event_count`` is what orders send as ``seen``."""

    department = DepartmentSerializer()
    handler = DepartmentSerializer()
    authority = DepartmentSerializer(allow_null=True)

    class Meta:
        model = Concern
        fields = [
            "id", "number", "kind", "subject", "title", "text", "evidence", "fields", "department",
            "handler", "authority", "status", "event_count", "outcome", "score", "solved",
            "limit_days", "due_on", "due_provisional", "created_at", "decided_at",
        ]  # fmt: skip
        read_only_fields = fields


class ConcernDetailSerializer(ConcernSerializer):
    """One of them with its rows (masked), tasks and events, and what the caller may do."""

    rows = serializers.ListField(child=serializers.CharField(), help_text="Masked keys.")
    tasks = ConcernTaskSerializer(many=True)
    events = ConcernEventSerializer(many=True)
    commands = serializers.DictField(child=ReasonSerializer())

    class Meta(ConcernSerializer.Meta):
        fields = [*ConcernSerializer.Meta.fields, "rows", "tasks", "events", "commands"]
        read_only_fields = fields


class _RaisingSerializer(serializers.Serializer[Any]):
    """What was found, by which department."""

    department = serializers.IntegerField()
    text = serializers.CharField(max_length=4000)
    evidence = serializers.CharField(max_length=4000, required=False, allow_blank=True, default="")


class NewCorrectionSerializer(_RaisingSerializer):
    """An error of an entry or of its data; ``rows`` are keys, stored as references only."""

    entry = serializers.UUIDField()
    subject = serializers.ChoiceField([one.value for one in CORRECTIONS])
    items = serializers.ListField(
        child=serializers.CharField(max_length=60), required=False, default=list
    )
    rows = serializers.ListField(
        child=serializers.CharField(max_length=100), required=False, default=list, max_length=200
    )


class NewObjectionSerializer(_RaisingSerializer):
    """Subject 1 needs an entry, 2 an item of an application, 3 a grant, 4 nothing."""

    subject = serializers.ChoiceField([one.value for one in OBJECTIONS])
    entry = serializers.UUIDField(required=False, allow_null=True, default=None)
    item = serializers.UUIDField(required=False, allow_null=True, default=None)
    grant = serializers.UUIDField(required=False, allow_null=True, default=None)


class NewDisputeSerializer(serializers.Serializer[Any]):
    """A refused item, a stopped grant, or a rejected correction or objection."""

    text = serializers.CharField(max_length=4000)
    item = serializers.UUIDField(required=False, allow_null=True, default=None)
    grant = serializers.UUIDField(required=False, allow_null=True, default=None)
    concern = serializers.UUIDField(required=False, allow_null=True, default=None)


class ConcernOrderSerializer(serializers.Serializer[Any]):
    """One order; which of the other fields count depends on ``command``."""

    command = serializers.ChoiceField(VERBS)
    seen = serializers.IntegerField(min_value=0, max_value=2**31)
    text = serializers.CharField(required=False, allow_blank=True, default="", max_length=4000)
    target = serializers.IntegerField(required=False, allow_null=True, default=None)
    score = serializers.IntegerField(required=False, allow_null=True, default=None)
    solved = serializers.BooleanField(required=False, allow_null=True, default=None)
    number = serializers.CharField(required=False, allow_blank=True, default="", max_length=100)
    decided_on = serializers.DateField(required=False, allow_null=True, default=None)
    task = serializers.CharField(required=False, allow_blank=True, default="", max_length=40)
    orders = serializers.ListField(
        child=serializers.ChoiceField([one.value for one in TaskKind if one != "take_over"]),
        required=False, default=list,
    )  # fmt: skip


class _ConcernsView(generics.ListAPIView[Concern]):
    """Those of one kind that the caller sees, newest first."""

    serializer_class = ConcernSerializer
    pagination_class = CursorPage
    kind: ConcernKind

    def get_queryset(self) -> QuerySet[Concern]:
        """As the desk shows them."""
        if getattr(self, "swagger_fake_view", False):
            return Concern.objects.none()
        seen = concerns.concerns_visible_to(official_of(self.request), timezone.localdate())
        return seen.filter(kind=self.kind).select_related("department", "handler", "authority")


class CorrectionsView(_ConcernsView):
    """Corrections (article 26)."""

    kind = ConcernKind.CORRECTION

    @extend_schema(operation_id="corrections_list", tags=TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Corrections that concern the caller's departments or authority."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="corrections_raise", request=NewCorrectionSerializer,
        responses={201: ConcernDetailSerializer}, tags=TAGS,
    )  # fmt: skip
    @idempotent
    def post(self, request: Request) -> Response:
        """Report an error; the provider's clock of ten working days begins."""
        data = validated(NewCorrectionSerializer(data=request.data))
        by = official_of(request)
        content = Content(
            data["subject"], data["text"], data["evidence"], tuple(data["items"]),
            tuple(data["rows"]),
        )  # fmt: skip
        made = raise_correction(
            by=by, department=_department(data["department"]), resource_id=data["entry"],
            content=content, now=timezone.now(),
        )  # fmt: skip
        return Response(_shown(by, made.pk), status=status.HTTP_201_CREATED)


class ObjectionsView(_ConcernsView):
    """Objections (R27)."""

    kind = ConcernKind.OBJECTION

    @extend_schema(operation_id="objections_list", tags=TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Objections that concern the caller's departments or authority."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="objections_raise", request=NewObjectionSerializer,
        responses={201: ConcernDetailSerializer}, tags=TAGS,
    )  # fmt: skip
    @idempotent
    def post(self, request: Request) -> Response:
        """Object to an entry, an application or the use of data."""
        data = validated(NewObjectionSerializer(data=request.data))
        by = official_of(request)
        made = raise_objection(
            by=by, department=_department(data["department"]),
            content=Content(data["subject"], data["text"], data["evidence"]),
            resource_id=data["entry"], item_id=data["item"], grant_id=data["grant"],
            now=timezone.now(),
        )  # fmt: skip
        return Response(_shown(by, made.pk), status=status.HTTP_201_CREATED)


class DisputesView(_ConcernsView):
    """Disputes (article 28)."""

    kind = ConcernKind.DISPUTE

    @extend_schema(operation_id="disputes_list", tags=TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Disputes that concern the caller's departments or authority."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="disputes_open", request=NewDisputeSerializer,
        responses={201: ConcernDetailSerializer}, tags=TAGS,
    )  # fmt: skip
    @idempotent
    def post(self, request: Request) -> Response:
        """Begin the ladder on a refusal, a stopped grant or a rejected concern."""
        data = validated(NewDisputeSerializer(data=request.data))
        by = official_of(request)
        made = open_dispute(
            by=by, text=data["text"], item_id=data["item"], grant_id=data["grant"],
            concern_id=data["concern"], now=timezone.now(),
        )  # fmt: skip
        return Response(_shown(by, made.pk), status=status.HTTP_201_CREATED)


class ConcernView(APIView):
    """One correction, objection or dispute."""

    @extend_schema(operation_id="concerns_get", responses=ConcernDetailSerializer, tags=TAGS)
    def get(self, request: Request, pk: UUID) -> Response:
        """It with its tasks and events, and what the caller may do now."""
        return Response(_shown(official_of(request), pk))


class ConcernOrderView(APIView):
    """Orders on one."""

    @extend_schema(
        operation_id="concerns_order", request=ConcernOrderSerializer,
        responses=ConcernDetailSerializer, tags=TAGS,
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, pk: UUID) -> Response:
        """Answer, pass on, rate, negotiate, mediate, decide, confirm; 409 says why not."""
        data = validated(ConcernOrderSerializer(data=request.data))
        by, now = official_of(request), timezone.now()
        _found(by, pk)
        names = ("seen", "text", "target", "score", "solved", "number", "decided_on", "task")
        order = Order(verb=Verb(data["command"]), **{name: data[name] for name in names})
        orders = tuple(TaskKind(one) for one in data["orders"])
        execute_concern(by=by, concern_id=pk, order=order, orders=orders, now=now)
        return Response(_shown(by, pk))


def _department(pk: int) -> Department:
    found: Department | None = Department.objects.select_related("region").filter(pk=pk).first()
    if found is None:
        message = _("There is no such department.")
        raise Invalid(message, [Fault("department", message, code="unknown")])
    return found


def _found(by: Official, pk: UUID) -> Concern:
    found = concerns.get_concern(by, pk, timezone.localdate())
    if found.kind == ConcernKind.COMPLAINT:
        raise NotVisible(_("This does not exist, or you may not see it."))
    return found


def _shown(by: Official, pk: UUID) -> dict[str, Any]:
    concern = _found(by, pk)
    answers = available_concern_verbs(concern, by, timezone.now())
    commands = {
        verb.value: {
            "allowed": reason is None,
            "code": reason.code if reason else "",
            "reason": str(reason.text) if reason else "",
        }
        for verb, reason in answers.items()
        if verb.value in VERBS
    }
    events = concern.events.select_related("actor", "acting_for").order_by("seq")
    tasks = concern.tasks.select_related("department")
    return {
        **ConcernSerializer(concern).data,
        "rows": [row["masked"] for row in concern.row_keys],
        "tasks": ConcernTaskSerializer(tasks, many=True).data,
        "events": ConcernEventSerializer(events, many=True).data,
        "commands": commands,
    }
