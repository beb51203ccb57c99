"""Chain policies over REST: every version with its rules, trying one out on past applications.

Versions are drafted, put forward and confirmed in the administration.
"""

from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.api import CursorPage, idempotent, official_of
from portal.errors import Fault, Invalid, NotVisible
from portal.organisation.models import Official
from sharing import access, simulating
from sharing.actions import policies
from sharing.api.common import DepartmentSerializer, PersonSerializer
from sharing.approval.lawful import faults_of
from sharing.models import ApplicationItem, ChainPolicy, PolicySimulation, SimulatedCase

TAGS: Final = ["policies"]
PEOPLE: Final = ("drafted_by", "prepared_by", "confirmed_by")


class PolicySerializer(serializers.ModelSerializer[ChainPolicy]):
    """One version; ``in_force`` says whether chains of its region are planned from it today."""

    region = serializers.CharField(source="region_id", allow_null=True)
    in_force = serializers.SerializerMethodField()
    drafted_by = PersonSerializer(allow_null=True)
    prepared_by = PersonSerializer(allow_null=True)
    confirmed_by = PersonSerializer(allow_null=True)

    class Meta:
        model = ChainPolicy
        fields = [
            "id", "name", "version", "region", "status", "valid_from", "in_force", "note",
            "drafted_by", "drafted_at", "prepared_by", "prepared_at", "confirmed_by", "confirmed_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_in_force(self, row: ChainPolicy) -> bool:
        """Whether it is the one that counts today."""
        return row.pk in self.context["current"]


class PolicyFaultSerializer(serializers.Serializer[Any]):
    """What is wrong with the rules, and what to do."""

    attr = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class PolicyDetailSerializer(PolicySerializer):
    """A version with its rules, as docs/reference/chain-policy.schema.json describes them."""

    definition = serializers.DictField()
    faults = PolicyFaultSerializer(many=True)
    used = serializers.IntegerField(help_text="Items that were sent under it.")
    may_simulate = serializers.BooleanField()

    class Meta(PolicySerializer.Meta):
        fields = [*PolicySerializer.Meta.fields, "definition", "faults", "used", "may_simulate"]
        read_only_fields = fields


class SimulationSerializer(serializers.ModelSerializer[PolicySimulation]):
    """One run; ``is_partial`` when there were more applications, or time ran out."""

    policy = serializers.IntegerField(source="policy_id")
    asked_by = PersonSerializer()

    class Meta:
        model = PolicySimulation
        fields = [
            "id", "policy", "asked_by", "status", "created_at", "ended_at", "total", "done",
            "is_partial",
        ]  # fmt: skip
        read_only_fields = fields


class BeforeAfterSerializer(serializers.Serializer[Any]):
    """A mean by the rules of that day and by those tried out."""

    before = serializers.FloatField()
    after = serializers.FloatField()


class SimulationStepSerializer(serializers.Serializer[Any]):
    """A post that costs days."""

    office = serializers.CharField()
    role = serializers.CharField()
    applications = serializers.IntegerField()
    days = serializers.FloatField(help_text="Usual working days in all.")


class SimulationSummarySerializer(serializers.Serializer[Any]):
    """All figures; each is a choice (``show``) of the run's cases."""

    cases = serializers.IntegerField()
    shorter = serializers.IntegerField()
    longer = serializers.IntegerField()
    without = serializers.IntegerField(help_text="Would have found no chain.")
    stages = BeforeAfterSerializer()
    limits = BeforeAfterSerializer()
    usual = BeforeAfterSerializer()
    steps = SimulationStepSerializer(many=True)


class SimulationDetailSerializer(SimulationSerializer):
    """A run with what came out of it."""

    summary = SimulationSummarySerializer()

    class Meta(SimulationSerializer.Meta):
        fields = [*SimulationSerializer.Meta.fields, "summary"]
        read_only_fields = fields


class SimulatedCaseSerializer(serializers.ModelSerializer[SimulatedCase]):
    """One application; ``item`` only where the caller may open it."""

    item = serializers.SerializerMethodField()
    number = serializers.CharField(source="item.application.number")
    department = DepartmentSerializer(source="item.application.department")
    provider = DepartmentSerializer(source="item.provider")

    class Meta:
        model = SimulatedCase
        fields = [
            "item", "number", "department", "provider", "stages_before", "stages_after",
            "limit_before", "limit_after", "usual_before", "usual_after", "slowest", "faults",
        ]  # fmt: skip
        read_only_fields = fields

    def get_item(self, case: SimulatedCase) -> UUID | None:
        """The item's id, or null."""
        return case.item_id if case.item_id in self.context["seen"] else None


class PolicyPage(CursorPage):
    """By name, the newest version first."""

    ordering = ("name", "-version")


class CasePage(CursorPage):
    """In the order in which they were looked at."""

    ordering = ("pk",)  # type: ignore[assignment]
    page_size = 50


class PoliciesView(generics.ListAPIView[ChainPolicy]):
    """Every version; rules are no secret."""

    serializer_class = PolicySerializer
    pagination_class = PolicyPage

    def get_serializer_context(self) -> dict[str, Any]:
        """With the versions that count today."""
        context = dict(super().get_serializer_context())
        return context | {"current": policies.current(timezone.localdate())}

    def get_queryset(self) -> QuerySet[ChainPolicy]:
        """All of them, or those of one name."""
        found = ChainPolicy.objects.select_related(*PEOPLE)
        name = self.request.query_params.get("name", "")
        if "\0" in name:
            return found.none()
        return found.filter(name=name) if name else found

    @extend_schema(
        operation_id="policies_list", parameters=[OpenApiParameter("name", str)], tags=TAGS
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Every version of every policy; ``name`` gives the versions of one."""
        return super().get(request, *args, **kwargs)


class PolicyView(APIView):
    """One version."""

    @extend_schema(operation_id="policies_get", responses=PolicyDetailSerializer, tags=TAGS)
    def get(self, request: Request, pk: int) -> Response:
        """Its rules, what is wrong with them, how often it was used."""
        row, on = _policy(pk), timezone.localdate()
        faults = policies.faults(row.definition, row.region, on)
        may = simulating.may_simulate(official_of(request), on)
        shown = dict(PolicySerializer(row, context={"current": policies.current(on)}).data)
        return Response(
            shown
            | {
                "definition": row.definition,
                "faults": [
                    {"attr": one.field, "code": one.code, "detail": f"{one.message} {one.remedy}".strip()}
                    for one in faults
                ],
                "used": ApplicationItem.objects.filter(policy=row).count(),
                "may_simulate": may and not faults_of(row.definition),
            }
        )  # fmt: skip


class SimulationsView(generics.ListAPIView[PolicySimulation]):
    """Runs of one version, for who may ask for one."""

    serializer_class = SimulationSerializer
    pagination_class = CursorPage

    def get_queryset(self) -> QuerySet[PolicySimulation]:
        """The newest first."""
        if getattr(self, "swagger_fake_view", False):
            return PolicySimulation.objects.none()
        _require_simulator(official_of(self.request))
        policy = _policy(self.kwargs["pk"])
        return PolicySimulation.objects.filter(policy=policy).select_related("asked_by")

    @extend_schema(operation_id="simulations_list", tags=TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Runs of the version, newest first."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="simulations_ask", request=None, responses={202: SimulationSerializer},
        tags=TAGS,
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Try the version out on past applications; the answer is the run that is under way."""
        run = simulating.ask(by=official_of(request), policy=_policy(pk), now=timezone.now())
        return Response(SimulationSerializer(run).data, status=status.HTTP_202_ACCEPTED)


class SimulationView(APIView):
    """One run."""

    @extend_schema(operation_id="simulations_get", responses=SimulationDetailSerializer, tags=TAGS)
    def get(self, request: Request, pk: UUID) -> Response:
        """How far it is, and what came out so far."""
        run = _run(official_of(request), pk)
        return Response({**SimulationSerializer(run).data, "summary": _summary(run)})


class SimulatedCasesView(generics.ListAPIView[SimulatedCase]):
    """The applications of a run."""

    serializer_class = SimulatedCaseSerializer
    pagination_class = CasePage

    def get_queryset(self) -> QuerySet[SimulatedCase]:
        """All, or the rows behind a figure."""
        if getattr(self, "swagger_fake_view", False):
            return SimulatedCase.objects.none()
        run = _run(official_of(self.request), self.kwargs["pk"])
        show = self.request.query_params.get("show", "all")
        if show not in simulating.CHOICES:
            message = _("This cannot be chosen.")
            remedy = _("Known: %(names)s.") % {"names": ", ".join(simulating.CHOICES)}
            raise Invalid(message, [Fault("show", message, remedy, "unknown")])
        return simulating.chosen(run, show)

    def paginate_queryset(self, queryset: Any) -> Any:
        """Remember which items of the page the caller may open."""
        page = super().paginate_queryset(queryset)
        items = access.items_visible_to(official_of(self.request), timezone.localdate())
        named = items.filter(pk__in=[case.item_id for case in page or []])
        self._seen = set(named.values_list("pk", flat=True))
        return page

    def get_serializer_context(self) -> dict[str, Any]:
        """With the items the caller may open."""
        context = dict(super().get_serializer_context())
        return context | {"seen": getattr(self, "_seen", set())}

    @extend_schema(
        operation_id="simulations_cases", tags=TAGS,
        parameters=[OpenApiParameter("show", enum=list(simulating.CHOICES))],
    )  # fmt: skip
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Every application with its figures before and after."""
        return super().get(request, *args, **kwargs)


def _policy(pk: int) -> ChainPolicy:
    found = ChainPolicy.objects.select_related("region", *PEOPLE).filter(pk=pk).first()
    if found is None:
        raise NotVisible(_("There is no such policy."))
    return found


def _require_simulator(official: Official) -> None:
    if not simulating.may_simulate(official, timezone.localdate()):
        raise NotVisible(_("There is no such simulation."))


def _run(official: Official, pk: UUID) -> PolicySimulation:
    _require_simulator(official)
    found = PolicySimulation.objects.select_related("asked_by").filter(pk=pk).first()
    if found is None:
        raise NotVisible(_("There is no such simulation."))
    return found


def _summary(run: PolicySimulation) -> dict[str, Any]:
    figures = simulating.summary(run)
    pairs = {"stages": figures.stages, "limits": figures.limits, "usual": figures.usual}
    return {
        "cases": figures.cases, "shorter": figures.shorter, "longer": figures.longer,
        "without": figures.without,
        **{name: {"before": one, "after": two} for name, (one, two) in pairs.items()},
        "steps": [
            {"office": office, "role": role, "applications": number, "days": round(days, 1)}
            for office, role, number, days in figures.steps
        ],
    }  # fmt: skip
