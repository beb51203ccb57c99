"""Applications over REST: draft, plan, submit, commands, inbox."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.access import get_visible
from portal.api import CursorPage, idempotent, official_of
from portal.errors import Fault, Invalid
from portal.organisation.models import Department, Official
from sharing import access, actions, planning
from sharing.actions.content import KEYS
from sharing.api import shapes
from sharing.api.baskets import SubmitSerializer
from sharing.api.common import validated
from sharing.approval.commands import Command, Refuse, RequestSupplement, Withdraw
from sharing.approval.terms import Gap, RefusalCode
from sharing.models import Application, ApplicationItem, ItemStage

TAGS = ["applications"]


def loaded(found: QuerySet[Application], by: Official) -> QuerySet[Application]:
    """With everything that the shapes show: of several items those that the official sees."""
    items = access.items_visible_to(by, timezone.localdate()).select_related("provider", "version")
    return found.select_related("applicant", "department").prefetch_related(
        Prefetch("items", queryset=items)
    )


class ApplicationsView(generics.ListAPIView[Application]):
    """List and begin applications."""

    serializer_class = shapes.ApplicationSerializer
    pagination_class = CursorPage

    def get_queryset(self) -> QuerySet[Application]:
        """Applications the caller may see, newest first."""
        if getattr(self, "swagger_fake_view", False):
            return Application.objects.none()
        by = official_of(self.request)
        return loaded(access.applications_visible_to(by, timezone.localdate()), by)

    @extend_schema(
        request=shapes.DraftSerializer, responses={201: shapes.ApplicationSerializer}, tags=TAGS
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Begin a draft."""
        now = timezone.now()
        by = official_of(request)
        data = validated(shapes.DraftSerializer(data=request.data))
        department = Department.objects.filter(pk=data.pop("department")).first()
        if department is None:
            raise Invalid(
                _("There is no such department."),
                [Fault("department", _("There is no such department."))],
            )
        application = actions.draft(
            by=by,
            department=department,
            resource=get_visible(by, data.pop("resource"), timezone.localdate()),
            fields=data.pop("items"),
            content=data,
            now=now,
        )
        return Response(
            _shown(official_of(request), application.pk), status=status.HTTP_201_CREATED
        )


@extend_schema(tags=TAGS)
class ApplicationView(APIView):
    """One application."""

    @extend_schema(responses=shapes.ApplicationSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """The application with its items."""
        found = access.get_application(official_of(request), pk, timezone.localdate())
        return Response(_shown(official_of(request), found.pk))

    @extend_schema(request=shapes.DraftChangeSerializer, responses=shapes.ApplicationSerializer)
    def patch(self, request: Request, pk: UUID) -> Response:
        """Change a draft."""
        data = validated(shapes.DraftChangeSerializer(data=request.data))
        fields = data.pop("items", None)
        application = actions.save_draft(
            by=official_of(request),
            application_id=pk,
            fields=fields,
            content=data,
            now=timezone.now(),
        )
        return Response(_shown(official_of(request), application.pk))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Discard a draft."""
        actions.discard(by=official_of(request), application_id=pk, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=TAGS)
class PlanView(APIView):
    """The chain before it is sent."""

    @extend_schema(request=None, responses=shapes.PlanSerializer(many=True))
    def post(self, request: Request, pk: UUID) -> Response:
        """Who would decide what by when if the draft were submitted now."""
        now = timezone.now()
        application = access.get_application(official_of(request), pk, timezone.localdate())
        items = application.items.select_related(
            "application__department__region", "provider__region", "resource", "version"
        )
        plans = [_plan(item, planning.plan(item.application, item, now)) for item in items]
        return Response(shapes.PlanSerializer(plans, many=True).data)


@extend_schema(tags=TAGS)
class SubmitView(APIView):
    """Sending a draft."""

    @extend_schema(request=SubmitSerializer, responses=shapes.ApplicationSerializer)
    @idempotent
    def post(self, request: Request, pk: UUID) -> Response:
        """Send every item into its chain, all or none; 422 lists everything that is missing."""
        data = validated(SubmitSerializer(data=request.data))
        sent = actions.submit_basket(
            by=official_of(request),
            application_id=pk,
            seen=data["seen"],
            only_ready=data["only_ready"],
            now=timezone.now(),
        )
        return Response(_shown(official_of(request), sent.application.pk))


@extend_schema(tags=TAGS)
class ItemView(APIView):
    """One item with its chain."""

    @extend_schema(responses=shapes.ItemDetailSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """The item, its stages, its events and what the caller may do now."""
        return Response(_item(request, pk))


@extend_schema(tags=TAGS)
class CommandView(APIView):
    """Commands on an item."""

    @extend_schema(request=shapes.CommandSerializer, responses=shapes.ItemDetailSerializer)
    @idempotent
    def post(self, request: Request, pk: UUID) -> Response:
        """Any command of the item's list but submit; 409 says why not."""
        data = validated(shapes.CommandSerializer(data=request.data))
        by, now = official_of(request), timezone.now()
        if data["command"] == "resubmit":
            content = {key: data[key] for key in KEYS if key in data}
            actions.resubmit_application(
                by=by,
                item_id=pk,
                seen=data["seen"],
                content=content,
                fields=data.get("items"),
                explanation=data.get("explanation", ""),
                now=now,
            )
        else:
            item = access.get_item(by, pk, timezone.localdate())
            actions.execute(by=by, item_id=pk, command=_command(data, item, now), now=now)
        return Response(_item(request, pk))


class InboxView(generics.ListAPIView[ItemStage]):
    """What waits for the caller."""

    serializer_class = shapes.InboxSerializer
    pagination_class = None

    @extend_schema(tags=TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Open stages the caller may decide, the most urgent first."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[ItemStage]:
        """As the page shows them."""
        if getattr(self, "swagger_fake_view", False):
            return ItemStage.objects.none()
        found = access.inbox(official_of(self.request), timezone.localdate())
        return found.select_related("office", "item__version", "item__application__department")


def _shown(by: Official, pk: UUID) -> Any:
    found = loaded(Application.objects.all(), by).get(pk=pk)
    return shapes.ApplicationSerializer(found).data


def _item(request: Request, pk: UUID) -> Any:
    by = official_of(request)
    found = access.get_item(by, pk, timezone.localdate())
    item = ApplicationItem.objects.select_related(
        "application__applicant", "application__department", "provider__region", "version",
        "resource__live",
    ).get(pk=found.pk)  # fmt: skip
    commands = {
        name: {
            "allowed": reason is None,
            "code": reason.code if reason else "",
            "reason": str(reason.text) if reason else "",
        }
        for name, reason in actions.available_commands(item, by, timezone.now()).items()
    }
    stages = item.stages.select_related("office", "signed_by", "assignee")
    events = item.events.select_related("actor", "acting_for")
    return {
        **shapes.ItemSerializer(item).data,
        "stages": shapes.StageSerializer(stages, many=True).data,
        "events": shapes.EventSerializer(events, many=True).data,
        "commands": commands,
    }


def _command(data: dict[str, Any], item: ApplicationItem, now: datetime) -> Command:
    seen = data["seen"]
    if data["command"] in actions.CASEWORK:
        return actions.command_of(data["command"], item, data, seen=seen, now=now)
    match data["command"]:
        case "sign":
            keep = tuple(data["keep"]) if "keep" in data else None
            return actions.sign_command(data, seen=seen, keep=keep)
        case "refuse":
            if "code" not in data:
                raise Invalid(
                    _("A refusal needs a reason."),
                    [
                        Fault(
                            "code",
                            _("A refusal needs a reason."),
                            _("Choose one of the codes of the schema."),
                        )
                    ],
                )
            return Refuse(
                seen=seen,
                code=RefusalCode(data["code"]),
                text=data.get("text", ""),
                citation=data.get("citation", ""),
            )
        case "request_supplement":
            gaps = tuple(Gap(gap["field"], gap["text"]) for gap in data.get("gaps", []))
            return RequestSupplement(seen=seen, gaps=gaps)
        case _:
            return Withdraw(seen=seen, reason=data.get("reason", ""))


def _plan(item: ApplicationItem, planned: planning.Planned) -> dict[str, Any]:
    timetable = planned.timetable
    return {
        "item": item.pk,
        "lane": planned.plan.lane,
        "reply_due_on": timetable.reply.on if timetable.reply else None,
        "supply_due_on": timetable.supply.on if timetable.supply else None,
        "stages": [
            {
                "position": stage.position,
                "side": stage.side,
                "office": stage.office.name,
                "role": stage.role,
                "decides": list(stage.decides),
                "holders": [holder.person.name for holder in stage.holders],
                "limit_days": stage.limit_days,
                "due_on": row.due.on if row.due else None,
                "provisional": bool(row.due and row.due.provisional),
            }
            for stage, row in zip(planned.plan.stages, timetable.stages, strict=True)
        ],
    }
