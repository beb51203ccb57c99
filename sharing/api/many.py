"""Signing many in one go and the figures of offices, over REST."""

import uuid
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.api import idempotent, official_of
from sharing import access, actions, workload
from sharing.actions.many import MOST, Pick
from sharing.api.common import validated
from sharing.models import ItemStage, SignOff, SignOffLine
from sharing.presenting.reports import in_words
from sharing.workload import Month

TAGS = ["applications"]


class PickSerializer(serializers.Serializer[Any]):
    """An item to sign; ``seen`` is its ``event_count`` as the caller knows it."""

    item = serializers.UUIDField()
    seen = serializers.IntegerField(min_value=0)


class SignManySerializer(serializers.Serializer[Any]):
    """What to sign in one go."""

    items = PickSerializer(many=True, help_text=f"At most {MOST}.")
    comment = serializers.CharField(required=False, allow_blank=True, max_length=1000)


class SignOffLineSerializer(serializers.ModelSerializer[SignOffLine]):
    """What became of one item."""

    item = serializers.UUIDField(source="item_id", allow_null=True)
    message = serializers.SerializerMethodField()
    remedy = serializers.SerializerMethodField()

    class Meta:
        model = SignOffLine
        fields = ["position", "item", "number", "title", "result", "code", "message", "remedy"]

    def get_message(self, line: SignOffLine) -> str:
        """Why it was not signed."""
        return in_words(line)[0]

    def get_remedy(self, line: SignOffLine) -> str:
        """What to do about it."""
        return in_words(line)[1]


class SignOffSerializer(serializers.ModelSerializer[SignOff]):
    """The report of signing many at once."""

    lines = SignOffLineSerializer(many=True)

    class Meta:
        model = SignOff
        fields = ["id", "at", "comment", "total", "signed", "lines"]


class FiguresSerializer(serializers.Serializer[Any]):
    """Workload and timeliness of one office."""

    office = serializers.IntegerField()
    name = serializers.CharField()
    open = serializers.IntegerField()
    late = serializers.IntegerField()
    done = serializers.IntegerField(help_text="Decided in the month.")
    on_time = serializers.IntegerField()
    overrun = serializers.IntegerField()
    days = serializers.FloatField(allow_null=True, help_text="Median working days.")
    rate = serializers.FloatField(allow_null=True, help_text="Percent decided in time.")


@extend_schema(tags=TAGS)
class SignManyView(APIView):
    """Signing many items at once."""

    @extend_schema(request=SignManySerializer, responses=SignOffSerializer)
    @idempotent
    def post(self, request: Request) -> Response:
        """Sign every item that can be signed; the report names each with its result or reason."""
        data = validated(SignManySerializer(data=request.data))
        report = actions.sign_many(
            by=official_of(request),
            picks=[Pick(one["item"], one["seen"]) for one in data["items"]],
            comment=data.get("comment", ""),
            key=uuid.uuid4(),
            now=timezone.now(),
        )
        return Response(SignOffSerializer(report).data)


@extend_schema(tags=TAGS)
class SignOffView(APIView):
    """A kept report."""

    @extend_schema(responses=SignOffSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """The caller's own report."""
        return Response(SignOffSerializer(access.get_sign_off(official_of(request), pk)).data)


@extend_schema(tags=TAGS)
class WorkloadView(APIView):
    """Workload and timeliness."""

    @extend_schema(responses=FiguresSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The offices the caller oversees, in the month ``?month=2026-11`` or the present one."""
        today = timezone.localdate()
        month = Month.parse(request.query_params.get("month", "")) or Month.of(today)
        overseen = access.offices_overseen_by(official_of(request), today)
        names = dict(overseen.order_by("pk").values_list("pk", "name"))
        stages = ItemStage.objects.filter(office__in=overseen)
        found = workload.figures(stages, "office", month, today)
        return Response(
            [
                {"office": pk, "name": names[pk], "overrun": found[pk].overrun,
                 "rate": found[pk].rate, **asdict(found[pk])}
                for pk in names if pk in found
            ]
        )  # fmt: skip
