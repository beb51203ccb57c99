"""REST of reviews: what waits for the caller, one review, sending a version, commands on it."""

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

from catalog import actions, cases
from catalog.access import get_visible
from catalog.api import AnswerSerializer, validated
from catalog.lifecycle.terms import Check, CheckKind, Command, Mark, Order, Remark
from catalog.models import (
    CheckOutcome,
    PublicationReview,
    ReviewCheck,
    ReviewStep,
    SecrecyMark,
    VersionStatus,
)
from portal.api import CursorPage, idempotent, official_of
from portal.errors import NotAllowed
from portal.organisation.models import Official

TAGS = ["catalog reviews"]
COMMANDS = [one.value for one in Command if one not in {Command.SEND, Command.PUBLISH}]


class CheckSerializer(serializers.ModelSerializer[ReviewCheck]):
    """A check of Decree 809 article 13 as it was recorded."""

    class Meta:
        model = ReviewCheck
        fields = ["kind", "outcome", "done_by", "done_on", "text"]


class RemarkSerializer(serializers.Serializer[Any]):
    """What has to change at a field, or at an item written ``items[key]``."""

    place = serializers.CharField(max_length=80)
    text = serializers.CharField(max_length=2000)


class StepSerializer(serializers.ModelSerializer[ReviewStep]):
    """One step of a review."""

    actor = serializers.CharField(source="actor.full_name", default=None)
    acting_for = serializers.CharField(source="acting_for.full_name", default=None)
    checks = CheckSerializer(many=True)
    remarks = RemarkSerializer(many=True)
    faults = serializers.ListField(child=serializers.DictField())

    class Meta:
        model = ReviewStep
        fields = [
            "seq", "round", "command", "before", "after", "actor", "acting_for", "at", "text",
            "remarks", "faults", "checks", "publish_at", "mark",
        ]  # fmt: skip


class ReviewSerializer(serializers.ModelSerializer[PublicationReview]):
    """A version on its way; ``step_count`` is what commands send back as ``seen``."""

    resource = serializers.UUIDField(source="resource_id")
    title = serializers.CharField(source="version.title")
    version = serializers.IntegerField(source="version.number")
    provider = serializers.CharField(source="resource.provider.name")
    authority = serializers.CharField(source="authority.name", default=None)
    sender = serializers.CharField(source="sender.full_name")

    class Meta:
        model = PublicationReview
        fields = [
            "id", "resource", "title", "version", "provider", "authority", "status", "round",
            "step_count", "sender", "sent_at", "wanted_at", "received_at", "due_on",
            "due_provisional", "publish_at",
        ]  # fmt: skip


class ReviewDetailSerializer(ReviewSerializer):
    """A review with its steps and what the caller may do with it."""

    steps = StepSerializer(many=True)
    commands = serializers.DictField(child=AnswerSerializer(), read_only=True)

    class Meta(ReviewSerializer.Meta):
        fields = [*ReviewSerializer.Meta.fields, "steps", "commands"]


class SendSerializer(serializers.Serializer[Any]):
    """The draft of an entry, sent for approval and review."""

    resource = serializers.UUIDField()
    seen = serializers.IntegerField(min_value=0, max_value=2**31, required=False, default=0)
    text = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)
    wanted_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class GivenCheckSerializer(serializers.Serializer[Any]):
    """A check, for approve by the department."""

    kind = serializers.ChoiceField([one.value for one in CheckKind])
    outcome = serializers.ChoiceField(CheckOutcome.choices)
    done_by = serializers.CharField(max_length=100)
    done_on = serializers.DateField()
    text = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)


class ReviewCommandSerializer(serializers.Serializer[Any]):
    """One command; which of the other fields count depends on ``command``."""

    command = serializers.ChoiceField(COMMANDS)
    seen = serializers.IntegerField(min_value=0, max_value=2**31)
    text = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=2000,
        help_text="return, block, take_back",
    )  # fmt: skip
    remarks = RemarkSerializer(many=True, required=False, help_text="return")
    checks = GivenCheckSerializer(
        many=True, required=False, help_text="approve, by the head of department"
    )
    publish_at = serializers.DateTimeField(required=False, allow_null=True, help_text="schedule")
    mark = serializers.ChoiceField(SecrecyMark.choices, required=False, help_text="block")


class ReviewPage(CursorPage):
    """In the order in which they were sent."""

    ordering = ("sent_at", "id")


class ReviewsView(generics.ListAPIView[PublicationReview]):
    """What waits for the caller, and sending."""

    serializer_class = ReviewSerializer
    pagination_class = ReviewPage

    def get_queryset(self) -> QuerySet[PublicationReview]:
        """As the page shows them."""
        if getattr(self, "swagger_fake_view", False):
            return PublicationReview.objects.none()
        found = cases.waiting_for(official_of(self.request), timezone.localdate())
        return found.select_related(
            "version", "resource__provider", "authority", "sender"
        ).order_by("sent_at", "pk")

    @extend_schema(operation_id="catalog_reviews_list", tags=TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Reviews the caller may decide now."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="catalog_reviews_send",
        request=SendSerializer, responses={201: ReviewDetailSerializer}, tags=TAGS,
    )  # fmt: skip
    @idempotent
    def post(self, request: Request) -> Response:
        """Send the draft of an entry; 422 lists everything that is missing."""
        data = validated(SendSerializer(data=request.data))
        by, now = official_of(request), timezone.now()
        resource = get_visible(by, data["resource"], timezone.localdate(now))
        draft = resource.versions.filter(status=VersionStatus.DRAFT).first()
        if draft is None:
            raise NotAllowed(_("The entry has no draft."), code="no_draft")
        sending = actions.Sending(data["seen"], data["text"], data["wanted_at"])
        review = actions.send(by=by, version=draft, sending=sending, now=now)
        return Response(_shown(by, review.pk), status=status.HTTP_201_CREATED)


class ReviewView(APIView):
    """One review."""

    @extend_schema(
        operation_id="catalog_reviews_get",
        parameters=[OpenApiParameter("pk", OpenApiTypes.UUID, OpenApiParameter.PATH)],
        responses=ReviewDetailSerializer, tags=TAGS,
    )  # fmt: skip
    def get(self, request: Request, pk: UUID) -> Response:
        """The review with its steps and what the caller may do now."""
        return Response(_shown(official_of(request), pk))


class ReviewCommandView(APIView):
    """Commands on a review."""

    @extend_schema(
        operation_id="catalog_reviews_command",
        parameters=[OpenApiParameter("pk", OpenApiTypes.UUID, OpenApiParameter.PATH)],
        request=ReviewCommandSerializer, responses=ReviewDetailSerializer, tags=TAGS,
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, pk: UUID) -> Response:
        """Approve, schedule, return, block or take back; 409 says why not."""
        data = validated(ReviewCommandSerializer(data=request.data))
        by = official_of(request)
        actions.execute(by=by, review_id=pk, order=_order(data), now=timezone.now())
        return Response(_shown(by, pk))


def _order(data: dict[str, Any]) -> Order:
    return Order(
        Command(data["command"]),
        seen=data["seen"],
        text=data["text"],
        remarks=tuple(Remark(one["place"], one["text"]) for one in data.get("remarks", ())),
        checks=tuple(
            Check(
                CheckKind(one["kind"]), one["outcome"], one["done_by"], one["done_on"], one["text"]
            )
            for one in data.get("checks", ())
        ),
        publish_at=data.get("publish_at"),
        mark=Mark(data["mark"]) if data.get("mark") else None,
    )


def _shown(by: Official, pk: UUID) -> dict[str, Any]:
    now = timezone.now()
    review = cases.get_review(by, pk, timezone.localdate(now))
    commands = {
        command.value: {
            "allowed": reason is None,
            "code": reason.code if reason else "",
            "reason": str(reason.text) if reason else "",
        }
        for command, reason in actions.available_commands(review.version, by, now).items()
    }
    steps = review.steps.select_related("actor", "acting_for").prefetch_related("checks")
    return {
        **ReviewSerializer(review).data,
        "steps": StepSerializer(steps, many=True).data,
        "commands": commands,
    }
