"""Leave over REST: the caller's own, that of their people, arranging it, ending it early."""

from datetime import date
from typing import Any, Final

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.api import CursorPage, idempotent, official_of
from portal.errors import Fault, Forbidden, Invalid, NotVisible
from portal.leave import access, actions, rules
from portal.organisation.models import LeaveKind, Official, Substitution
from sharing.api.common import PersonSerializer, ReasonSerializer, validated
from sharing.api.organisation import ByKey

TAGS: Final = ["leave"]
LARGEST: Final = 2**63 - 1


class LeaveSerializer(serializers.ModelSerializer[Substitution]):
    """One substitution: who is away, who stands in, both days included."""

    principal = PersonSerializer()
    substitute = PersonSerializer()
    arranged_by = PersonSerializer(allow_null=True)
    state = serializers.SerializerMethodField()
    commands = serializers.SerializerMethodField()

    class Meta:
        model = Substitution
        fields = [
            "id", "principal", "substitute", "kind", "valid_from", "valid_until", "reason", "state",
            "arranged_by", "revoked_at", "commands",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField([one.value for one in rules.Standing]))
    def get_state(self, row: Substitution) -> str:
        """Where it stands today."""
        return rules.standing(row, self.context["on"]).value

    @extend_schema_field(serializers.DictField(child=ReasonSerializer()))
    def get_commands(self, row: Substitution) -> dict[str, Any]:
        """Whether the caller may end it now and, if not, why."""
        reason = actions.end_hindrance(by=self.context["by"], row=row, on=self.context["on"])
        return {
            "end": {
                "allowed": reason is None,
                "code": reason.reason if reason else "",
                "reason": str(reason.message) if reason else "",
            }
        }


class NewLeaveSerializer(serializers.Serializer[Any]):
    """Without ``principal`` the caller is away."""

    principal = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=1, max_value=LARGEST
    )
    substitute = serializers.IntegerField(min_value=1, max_value=LARGEST)
    kind = serializers.ChoiceField(LeaveKind.choices, default=LeaveKind.OTHER.value)
    valid_from = serializers.DateField()
    valid_until = serializers.DateField()
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)


class LeavePage(CursorPage):
    """The latest first."""

    ordering = ("-valid_from", "-pk")


class _LeavesView(generics.ListAPIView[Substitution]):
    """Substitutions with what the caller may do."""

    serializer_class = LeaveSerializer
    pagination_class = LeavePage

    def get_serializer_context(self) -> dict[str, Any]:
        """With the caller and the day."""
        context = dict(super().get_serializer_context())
        if not getattr(self, "swagger_fake_view", False):
            context |= {"by": official_of(self.request), "on": timezone.localdate()}
        return context


class LeavesView(_LeavesView):
    """The caller's own leave."""

    def get_queryset(self) -> QuerySet[Substitution]:
        """Those the caller takes part in."""
        if getattr(self, "swagger_fake_view", False):
            return Substitution.objects.none()
        return access.own(official_of(self.request))

    @extend_schema(operation_id="leave_list", tags=TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Leave of the caller, and for whom the caller stands in."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="leave_arrange", request=NewLeaveSerializer,
        responses={201: LeaveSerializer}, tags=TAGS,
    )  # fmt: skip
    @idempotent
    def post(self, request: Request) -> Response:
        """Arrange leave; both people are told, and what is open moves on the first day."""
        by, now = official_of(request), timezone.now()
        on = timezone.localdate(now)
        data = validated(NewLeaveSerializer(data=request.data))
        principal = _principal(by, data.pop("principal"), on)
        substitute = _candidate(principal, data.pop("substitute"), on)
        row = Substitution(principal=principal, substitute=substitute, **data)
        made = actions.arrange(by=by, row=row, now=now)
        return Response(_shown(by, made.pk, on), status=status.HTTP_201_CREATED)


class LeaveOfPeopleView(_LeavesView):
    """Leave of the caller's people."""

    def get_queryset(self) -> QuerySet[Substitution]:
        """Those in force or to come; NotVisible for who heads nothing."""
        if getattr(self, "swagger_fake_view", False):
            return Substitution.objects.none()
        on = timezone.localdate()
        departments = access.headed(official_of(self.request), on)
        if not departments:
            raise NotVisible(_("This does not exist, or you may not see it."))
        return access.running(departments, on)

    @extend_schema(operation_id="leave_of_people", tags=TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Leave in force or to come in the departments the caller heads."""
        return super().get(request, *args, **kwargs)


class CandidatesView(generics.ListAPIView[Official]):
    """Who could stand in."""

    serializer_class = PersonSerializer
    pagination_class = ByKey

    def get_queryset(self) -> QuerySet[Official]:
        """Others of the same department tree."""
        if getattr(self, "swagger_fake_view", False):
            return Official.objects.none()
        by, on = official_of(self.request), timezone.localdate()
        text = self.request.query_params.get("principal", "")
        if text and not (text.isascii() and text.isdigit() and len(text) < 19):
            message = _("This is not a number.")
            raise Invalid(message, [Fault("principal", message, code="invalid")])
        return access.candidates(_principal(by, int(text) if text else None, on), on)

    @extend_schema(
        operation_id="leave_candidates", tags=TAGS,
        parameters=[OpenApiParameter("principal", int, description="Who is away; the caller if left out.")],
    )  # fmt: skip
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Who could stand in; whether they are there on all days is seen when it is arranged."""
        return super().get(request, *args, **kwargs)


class LeaveView(APIView):
    """One substitution."""

    @extend_schema(operation_id="leave_get", responses=LeaveSerializer, tags=TAGS)
    def get(self, request: Request, pk: int) -> Response:
        """It, for both people and for who arranges leave of the one who is away."""
        return Response(_shown(official_of(request), pk, timezone.localdate()))


class EndLeaveView(APIView):
    """Ending a substitution."""

    @extend_schema(operation_id="leave_end", request=None, responses=LeaveSerializer, tags=TAGS)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """End it at once, or call it off before it begins; 403 and 409 say why not."""
        by, now = official_of(request), timezone.now()
        on = timezone.localdate(now)
        actions.end_early(by=by, row=access.get(by, pk, on), now=now)
        return Response(_shown(by, pk, on))


def _principal(by: Official, pk: int | None, on: date) -> Official:
    """Who is away; of people the caller does not look after it is not told whether they exist."""
    found = by if pk in {None, by.pk} else Official.objects.filter(pk=pk).first()
    if found is None or not access.may_arrange(by, found, on):
        raise Forbidden(
            _("Your post does not allow this."),
            remedy=_("Leave is arranged by the person or a head of the department."),
        )
    return found


def _candidate(principal: Official, pk: int, on: date) -> Official:
    found = access.candidates(principal, on).filter(pk=pk).first()
    if found is None:
        message = _("This person cannot stand in.")
        remedy = _("Choose somebody of the same department who holds a post today.")
        raise Invalid(message, [Fault("substitute", message, remedy, "not_offered")])
    return found


def _shown(by: Official, pk: int, on: date) -> dict[str, Any]:
    row = access.get(by, pk, on)
    return dict(LeaveSerializer(row, context={"by": by, "on": on}).data)
