"""REST of the life of grants: what happened, commands, the usage register."""

from dataclasses import MISSING
from dataclasses import fields as fields_of
from typing import Any, Final
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.api import idempotent, official_of
from portal.errors import Fault, Invalid
from portal.organisation.models import Official
from sharing import access
from sharing.api.common import ReasonSerializer, validated
from sharing.grant_forms import FORMS
from sharing.granting import available_commands, execute_on_grant, usage
from sharing.grantlife.commands import COMMANDS, Command
from sharing.grantlife.terms import ChangeKind, Disposal
from sharing.models import Grant, GrantEvent, UsageRecord

TAGS: Final = ["grants"]


class GrantEventSerializer(serializers.ModelSerializer[GrantEvent]):
    """One event in the life of a grant."""

    actor = serializers.CharField(source="actor.full_name", default=None)
    acting_for = serializers.CharField(source="acting_for.full_name", default=None)

    class Meta:
        model = GrantEvent
        fields = ["seq", "kind", "data", "content_hash", "actor", "acting_for", "at"]


class GrantLifeSerializer(serializers.ModelSerializer[Grant]):
    """Where a grant stands; ``event_count`` is what commands send back as ``seen``."""

    events = GrantEventSerializer(many=True)
    commands = serializers.DictField(child=ReasonSerializer(), read_only=True)

    class Meta:
        model = Grant
        fields = [
            "id", "number", "status", "event_count", "ends_on", "quota_pulls", "row_region_id",
            "renewal_step", "change_step", "change_on", "rectify_by", "unfiled",
            "disposal_due_on", "disposed_on", "events", "commands",
        ]  # fmt: skip


def _day(text: str) -> serializers.DateField:
    return serializers.DateField(required=False, help_text=text)


def _text(text: str, length: int = 2000) -> serializers.CharField:
    return serializers.CharField(
        required=False, allow_blank=True, max_length=length, help_text=text
    )


class GrantCommandSerializer(serializers.Serializer[Any]):
    """One command; which of the other fields count depends on ``command``."""

    command = serializers.ChoiceField(sorted(FORMS))
    seen = serializers.IntegerField(min_value=0, max_value=2**31)
    keep = serializers.ListField(
        child=serializers.CharField(max_length=200), required=False, max_length=1000,
        help_text="identifiers of the data items that stay",
    )  # fmt: skip
    row_region = _text("narrow, propose_change: a region within the granted one", 12)
    ends_on = _day("narrow, propose_change")
    quota = serializers.IntegerField(required=False, min_value=0, max_value=100_000)
    until = _day("ask_renewal")
    use = _text("ask_renewal: how the data was used")
    results = _text("ask_renewal: with what results")
    comment = _text("endorse_renewal, consent_renewal, file_change, file_emergency")
    reason = _text("whatever takes something from the other side")
    facts = _text("suspend, emergency_stop")
    rectify_by = _day("suspend, extend_rectification")
    text = _text("report_rectification, answer_change, record_negotiation")
    change = serializers.ChoiceField([one.value for one in ChangeKind], required=False)
    effective_on = _day("propose_change")
    agreed = serializers.BooleanField(required=False)
    held_on = _day("record_negotiation")
    participants = _text("record_negotiation", 200)
    filing_number = _text("file_change, file_emergency", 200)
    how = serializers.ChoiceField([one.value for one in Disposal], required=False)
    disposed_on = _day("confirm_disposal")
    responsible = _text("confirm_disposal: who answers for it", 200)
    certificate = _text("confirm_disposal: what shows it")
    citation = _text("confirm_disposal: the law that requires keeping", 200)


class UsageRecordSerializer(serializers.ModelSerializer[UsageRecord]):
    """What the recipient did with the data in a period."""

    recorded_by = serializers.CharField(source="recorded_by.full_name", read_only=True)
    corrects = serializers.UUIDField(source="corrects_id", required=False, allow_null=True)
    correction_reason = serializers.CharField(required=False, allow_blank=True, max_length=2000)

    class Meta:
        model = UsageRecord
        fields = [
            "id", "period_from", "period_to", "scene", "process", "effect", "storage",
            "destruction", "corrects", "correction_reason", "digest", "recorded_by", "recorded_at",
        ]  # fmt: skip
        read_only_fields = ("id", "digest", "recorded_by", "recorded_at")
        extra_kwargs = {name: {"max_length": 2000} for name in (*usage.NEEDED, "destruction")}


@extend_schema(tags=TAGS)
class GrantLifeView(APIView):
    """The life of one grant."""

    @extend_schema(responses=GrantLifeSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """Everything that happened, and what the caller may do now and why not."""
        return Response(_life(official_of(request), pk))


@extend_schema(tags=TAGS)
class GrantCommandView(APIView):
    """Commands on one grant."""

    @extend_schema(request=GrantCommandSerializer, responses=GrantLifeSerializer)
    @idempotent
    def post(self, request: Request, pk: UUID) -> Response:
        """Give one command; 409 with the reason when rules or state do not allow it."""
        data = validated(GrantCommandSerializer(data=request.data))
        by = official_of(request)
        access.get_grant(by, pk, timezone.localdate())
        execute_on_grant(by=by, grant_id=pk, command=_order(data), now=timezone.now())
        return Response(_life(by, pk))


@extend_schema(tags=TAGS)
class UsageView(APIView):
    """The usage register of one grant (Decree 809 article 29)."""

    @extend_schema(responses=UsageRecordSerializer(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        """All records, newest first; that provider or authority read them goes on record."""
        found = usage.inspect(by=official_of(request), grant_id=pk, now=timezone.now(), how="rest")
        return Response(UsageRecordSerializer(found, many=True).data)

    @extend_schema(request=UsageRecordSerializer, responses={201: UsageRecordSerializer})
    @idempotent
    def post(self, request: Request, pk: UUID) -> Response:
        """Add a record, or correct one by naming it in ``corrects``."""
        data = validated(UsageRecordSerializer(data=request.data))
        corrects, reason = data.pop("corrects_id", None), data.pop("correction_reason", "")
        made = usage.record_use(
            by=official_of(request), grant_id=pk, use=usage.Use(**data), now=timezone.now(),
            corrects=corrects, reason=reason,
        )  # fmt: skip
        return Response(UsageRecordSerializer(made).data, status=status.HTTP_201_CREATED)


def _life(official: Official, pk: UUID) -> dict[str, Any]:
    now = timezone.now()
    found = access.get_grant(official, pk, timezone.localdate(now))
    grant = (
        Grant.objects.select_related("department", "resource__provider", "version")
        .prefetch_related("events__actor", "events__acting_for")
        .get(pk=found.pk)
    )
    answers = available_commands(grant, official, now)
    commands = {
        name: {"allowed": reason is None, "code": reason.code if reason else "",
               "reason": str(reason.text) if reason else ""}
        for name, reason in answers.items() if name in FORMS
    }  # fmt: skip
    grant.commands = commands  # type: ignore[attr-defined]
    return dict(GrantLifeSerializer(grant).data)


_WORDS: Final[dict[str, Any]] = {"change": ChangeKind, "how": Disposal, "keep": tuple}


def _order(data: dict[str, Any]) -> Command:
    """The command with what belongs to it; Invalid names all that is missing or does not belong."""
    wanted = COMMANDS[data.pop("command")]
    known = {field.name: field for field in fields_of(wanted)}
    faults = [
        Fault(name, _("This is missing."), "", "required")
        for name, field in known.items()
        if field.default is MISSING and name not in data
    ]
    faults += [
        Fault(name, _("This command does not take the field."), "", "unknown")
        for name in data
        if name not in known
    ]
    if faults:
        raise Invalid(_("Some entries need correction."), faults)
    return wanted(**{name: _WORDS.get(name, _same)(value) for name, value in data.items()})


def _same(value: Any) -> Any:
    return value
