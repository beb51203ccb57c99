"""Rules of consent beforehand over REST: those the caller sees, setting one, stopping one."""

from dataclasses import replace
from datetime import date
from typing import Any, Final

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.models import MatterState, Mode, Resource, ServiceItem
from portal.api import CursorPage, idempotent, official_of
from portal.errors import Fault, Forbidden, Invalid
from portal.organisation.models import Department, Official
from sharing.actions import autonomy
from sharing.actions.autonomy import Bounds
from sharing.api.common import DepartmentSerializer, PersonSerializer, ReasonSerializer, validated
from sharing.models import ConsentRule, ConsentRuleKind

TAGS: Final = ["policies"]
LARGEST: Final = 2**63 - 1


class ConsentRuleSerializer(serializers.ModelSerializer[ConsentRule]):
    """One version of a rule; without an entry it answers every entry shared without conditions."""

    department = DepartmentSerializer()
    entry = serializers.UUIDField(source="resource_id", allow_null=True)
    entry_title = serializers.CharField(source="resource.live.title", default=None)
    matter = serializers.UUIDField(source="matter_id", allow_null=True)
    matter_name = serializers.CharField(source="matter.name", default=None)
    items = serializers.ListField(source="fields", child=serializers.CharField())
    demanders = DepartmentSerializer(many=True)
    set_by = PersonSerializer()
    stopped_by = PersonSerializer(allow_null=True)

    class Meta:
        model = ConsentRule
        fields = [
            "id", "department", "name", "version", "kind", "entry", "entry_title", "matter",
            "matter_name", "items", "demanders", "max_grade", "mode", "max_days", "valid_from",
            "valid_until", "set_by", "set_at", "stopped_by", "stopped_at", "stop_reason",
        ]  # fmt: skip
        read_only_fields = fields


class ConsentRuleDetailSerializer(ConsentRuleSerializer):
    """A rule, how many items it answered, and whether the caller may stop it."""

    used = serializers.IntegerField()
    commands = serializers.DictField(child=ReasonSerializer())

    class Meta(ConsentRuleSerializer.Meta):
        fields = [*ConsentRuleSerializer.Meta.fields, "used", "commands"]
        read_only_fields = fields


def _id(**more: Any) -> serializers.IntegerField:
    return serializers.IntegerField(min_value=1, max_value=LARGEST, **more)


class NewConsentRuleSerializer(serializers.Serializer[Any]):
    """What a rule answers, within which bounds; a name in use makes the next version."""

    department = _id()
    name = serializers.CharField(max_length=100)
    kind = serializers.ChoiceField(ConsentRuleKind.choices)
    entry = serializers.UUIDField(required=False, allow_null=True, default=None)
    matter = serializers.UUIDField(required=False, allow_null=True, default=None)
    items = serializers.ListField(
        child=serializers.CharField(max_length=60), required=False, default=list, max_length=1000,
        help_text="Keys of data items; empty: every item up to the grade.",
    )  # fmt: skip
    demanders = serializers.ListField(
        child=_id(), required=False, default=list, max_length=1000,
        help_text="Departments that may ask; empty: every department.",
    )  # fmt: skip
    max_grade = serializers.IntegerField(required=False, default=2, min_value=0, max_value=9)
    mode = serializers.ChoiceField(Mode.choices, required=False, default=Mode.FILE.value)
    max_days = serializers.IntegerField(
        required=False, default=365, min_value=0, max_value=2**31 - 1
    )
    valid_until = serializers.DateField(required=False, allow_null=True, default=None)


class StopRuleSerializer(serializers.Serializer[Any]):
    """Why it is stopped; applicants who wait read it."""

    reason = serializers.CharField(allow_blank=True, max_length=2000)


class ConsentRulesView(generics.ListAPIView[ConsentRule]):
    """Rules the caller sees."""

    serializer_class = ConsentRuleSerializer

    class Page(CursorPage):
        """The newest first."""

        ordering = ("-set_at", "-pk")

    pagination_class = Page

    def get_queryset(self) -> QuerySet[ConsentRule]:
        """Of the caller's department, and of those their authority supervises."""
        if getattr(self, "swagger_fake_view", False):
            return ConsentRule.objects.none()
        return _loaded(autonomy.rules_visible_to(official_of(self.request), timezone.localdate()))

    @extend_schema(operation_id="consent_rules_list", tags=TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Rules in force and stopped ones, the newest first."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="consent_rules_set", request=NewConsentRuleSerializer,
        responses={201: ConsentRuleDetailSerializer}, tags=TAGS,
    )  # fmt: skip
    @idempotent
    def post(self, request: Request) -> Response:
        """Set a rule; it answers from now on. The version before is stopped."""
        by, now = official_of(request), timezone.now()
        on = timezone.localdate(now)
        data = validated(NewConsentRuleSerializer(data=request.data))
        department = _own(by, data["department"], on)
        bounds = _bounds(data, department, on)
        try:
            made = autonomy.set_rule(
                by=by, department=department, name=data["name"], bounds=bounds, now=now
            )
        except Invalid as error:
            raise _named_as_sent(error) from error
        return Response(_shown(by, made.pk, on), status=status.HTTP_201_CREATED)


class ConsentRuleView(APIView):
    """One rule."""

    @extend_schema(
        operation_id="consent_rules_get", responses=ConsentRuleDetailSerializer, tags=TAGS
    )
    def get(self, request: Request, pk: int) -> Response:
        """Its bounds, who set it, how often it answered."""
        return Response(_shown(official_of(request), pk, timezone.localdate()))


class StopConsentRuleView(APIView):
    """Stopping a rule."""

    @extend_schema(
        operation_id="consent_rules_stop", request=StopRuleSerializer,
        responses=ConsentRuleDetailSerializer, tags=TAGS,
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Stop it at once; 403 and 409 say why not."""
        data = validated(StopRuleSerializer(data=request.data))
        by, now = official_of(request), timezone.now()
        on = timezone.localdate(now)
        rule = autonomy.get_rule(by, pk, on)
        autonomy.stop_rule(by=by, rule=rule, reason=data["reason"], now=now)
        return Response(_shown(by, pk, on))


def _named_as_sent(error: Invalid) -> Invalid:
    """The same faults at the fields as this interface calls them."""
    sent = {"resource": "entry", "fields": "items"}
    faults = [replace(one, field=sent.get(one.field, one.field)) for one in error.faults]
    return Invalid(error.message, faults)


def _loaded(found: QuerySet[ConsentRule]) -> QuerySet[ConsentRule]:
    return found.select_related(
        "department", "resource__live", "matter", "set_by", "stopped_by"
    ).prefetch_related("demanders")


def _own(by: Official, pk: int, on: date) -> Department:
    """The department the caller sets rules for; Forbidden for any other number alike."""
    if pk not in autonomy.sets_for(by, on):
        raise Forbidden(
            _("Only the head of the provider's sharing office consents beforehand (article 20)."),
            remedy=_("Ask the head of the sharing office."),
            code="not_office_head",
        )
    found: Department = Department.objects.get(pk=pk)
    return found


def _bounds(data: dict[str, Any], department: Department, on: date) -> Bounds:
    """The bounds with what they name; Invalid for everything that cannot be named."""
    entry = matter = None
    faults = []
    if data["entry"] is not None:
        own = Resource.objects.published().filter(provider=department).select_related("live")
        entry = own.filter(pk=data["entry"]).first()
        if entry is None:
            message = _("The entry is not published by this department.")
            remedy = _("Choose one of its published entries.")
            faults.append(Fault("entry", message, remedy, "not_own"))
    if data["matter"] is not None:
        matter = ServiceItem.objects.filter(state=MatterState.IN_FORCE, pk=data["matter"]).first()
        if matter is None or data["kind"] != ConsentRuleKind.MATTER:
            message = (
                _("No business matter that is handled now is chosen.")
                if matter is None
                else _("A rule for entries shared without conditions names no matter.")
            )
            faults.append(Fault("matter", message, _("Choose another, or none."), "not_offered"))
    asking = list(Department.objects.in_office(on).filter(pk__in=data["demanders"]))
    unknown = set(data["demanders"]) - {one.pk for one in asking}
    if unknown:
        nobody = _("There is no such department.")
        names = {"names": ", ".join(map(str, sorted(unknown)))}
        faults.append(Fault("demanders", nobody, _("Leave out: %(names)s.") % names, "unknown"))
    if faults:
        raise Invalid(_("The rule cannot be set."), faults)
    return Bounds(
        kind=data["kind"], resource=entry, matter=matter, fields=list(dict.fromkeys(data["items"])),
        demanders=asking, max_grade=data["max_grade"], mode=data["mode"],
        max_days=data["max_days"], valid_until=data["valid_until"],
    )  # fmt: skip


def _shown(by: Official, pk: int, on: date) -> dict[str, Any]:
    rule = _loaded(ConsentRule.objects.all()).get(pk=autonomy.get_rule(by, pk, on).pk)
    reason = autonomy.stop_hindrance(by, rule, on)
    stop = {
        "allowed": reason is None,
        "code": reason.reason if reason else "",
        "reason": str(reason.message) if reason else "",
    }
    return {
        **ConsentRuleSerializer(rule).data,
        "used": autonomy.used_by(rule).count(),
        "commands": {"stop": stop},
    }
