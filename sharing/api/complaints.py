"""Complaints over REST, for the authority that handles them: lists, one of them, orders on it.

What stays on the pages: the public form and the state by receipt code, which need no sign-in;
taking one in for somebody, because the receipt code is shown once and kept nowhere; and the
contact, which only the official who handles the complaint reads.
"""

from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.api import CursorPage, idempotent, official_of
from portal.errors import Fault, Invalid, NotVisible
from portal.organisation.models import Official
from sharing import concerns
from sharing.actions.concerns import available_concern_verbs, execute_concern
from sharing.api.common import DepartmentSerializer, PersonSerializer, ReasonSerializer, validated
from sharing.api.concerns import ConcernEventSerializer
from sharing.approval.terms import Person
from sharing.disputes.commands import Order
from sharing.disputes.rules import verbs
from sharing.disputes.terms import Kind, Verb
from sharing.models import ComplaintContact, Concern, ConcernKind

TAGS: Final = ["concerns"]
VERBS: Final = [verb.value for verb in verbs(Kind.COMPLAINT)]


class ComplaintSerializer(serializers.ModelSerializer[Concern]):
    """A complaint in a list, without what was written."""

    authority = DepartmentSerializer()
    assignee = PersonSerializer(allow_null=True)

    class Meta:
        model = Concern
        fields = [
            "id", "number", "authority", "assignee", "status", "event_count", "outcome",
            "limit_days", "due_on", "due_provisional", "created_at", "decided_at",
        ]  # fmt: skip
        read_only_fields = fields


class ComplaintDetailSerializer(ComplaintSerializer):
    """A complaint with its text and events; ``has_contact`` says whether the page has one to read."""

    has_contact = serializers.BooleanField()
    events = ConcernEventSerializer(many=True)
    commands = serializers.DictField(child=ReasonSerializer())

    class Meta(ComplaintSerializer.Meta):
        fields = [*ComplaintSerializer.Meta.fields, "text", "has_contact", "events", "commands"]
        read_only_fields = fields


class ComplaintOrderSerializer(serializers.Serializer[Any]):
    """One order; ``person`` counts for assign, ``target`` for forward, ``text`` for the others."""

    command = serializers.ChoiceField(VERBS)
    seen = serializers.IntegerField(min_value=0, max_value=2**31)
    text = serializers.CharField(required=False, allow_blank=True, default="", max_length=4000)
    person = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=1, max_value=2**63 - 1
    )
    target = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=1, max_value=2**63 - 1
    )


class ComplaintAnswerSerializer(serializers.Serializer[Any]):
    """What became of it; ``complaint`` is null when the order took it out of the caller's sight."""

    number = serializers.CharField()
    status = serializers.CharField()
    complaint = ComplaintDetailSerializer(allow_null=True)


class ComplaintsView(generics.ListAPIView[Concern]):
    """Complaints the caller sees."""

    serializer_class = ComplaintSerializer
    pagination_class = CursorPage

    def get_queryset(self) -> QuerySet[Concern]:
        """As the desk shows them, newest first."""
        if getattr(self, "swagger_fake_view", False):
            return Concern.objects.none()
        seen = concerns.concerns_visible_to(official_of(self.request), timezone.localdate())
        return seen.filter(kind=ConcernKind.COMPLAINT).select_related("authority", "assignee")

    @extend_schema(operation_id="complaints_list", tags=TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Complaints before the caller's authority, and those the caller handles."""
        return super().get(request, *args, **kwargs)


class ComplaintView(APIView):
    """One complaint."""

    @extend_schema(operation_id="complaints_get", responses=ComplaintDetailSerializer, tags=TAGS)
    def get(self, request: Request, pk: UUID) -> Response:
        """It with its text and events, and what the caller may do now."""
        return Response(_shown(official_of(request), pk))


class ComplaintOrderView(APIView):
    """Orders on one complaint."""

    @extend_schema(
        operation_id="complaints_order", request=ComplaintOrderSerializer,
        responses=ComplaintAnswerSerializer, tags=TAGS,
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, pk: UUID) -> Response:
        """Give to an official, pass on, answer, not accept; 409 says why not."""
        data = validated(ComplaintOrderSerializer(data=request.data))
        by = official_of(request)
        found = _found(by, pk)
        order = Order(
            verb=Verb(data["command"]), seen=data["seen"], text=data["text"],
            target=data["target"], person=_person(found, data["person"]),
        )  # fmt: skip
        done = execute_concern(by=by, concern_id=pk, order=order, now=timezone.now())
        seen = concerns.concerns_visible_to(by, timezone.localdate()).filter(pk=pk).exists()
        complaint = _shown(by, pk) if seen else None
        return Response({"number": done.number, "status": done.status, "complaint": complaint})


def _person(found: Concern, pk: int | None) -> Person | None:
    """Who is to handle it: an official of its authority."""
    if pk is None:
        return None
    people = Official.objects.filter(is_active=True, posts__department=found.authority_id)
    person = people.filter(pk=pk).first()
    if person is None:
        message = _("There is no such official in the authority.")
        remedy = _("Choose an official of the authority that has the complaint.")
        raise Invalid(message, [Fault("person", message, remedy, "unknown")])
    return Person(person.pk, person.full_name)


def _found(by: Official, pk: UUID) -> Concern:
    found = concerns.get_concern(by, pk, timezone.localdate())
    if found.kind != ConcernKind.COMPLAINT:
        raise NotVisible(_("This does not exist, or you may not see it."))
    return found


def _shown(by: Official, pk: UUID) -> dict[str, Any]:
    found = _found(by, pk)
    commands = {
        verb.value: {
            "allowed": reason is None,
            "code": reason.code if reason else "",
            "reason": str(reason.text) if reason else "",
        }
        for verb, reason in available_concern_verbs(found, by, timezone.now()).items()
        if verb.value in VERBS
    }
    events = found.events.select_related("actor", "acting_for").order_by("seq")
    contact = ComplaintContact.objects.filter(concern=found, sealed__isnull=False)
    return {
        **ComplaintSerializer(found).data,
        "text": found.text,
        "has_contact": contact.exists(),
        "events": ConcernEventSerializer(events, many=True).data,
        "commands": commands,
    }
