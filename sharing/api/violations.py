"""Steps on supervision and violations over REST: asking, answering, confirming, dismissing."""

from typing import Any, Final
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.api import idempotent, official_of
from sharing.api.common import validated
from sharing.api.oversight import OversightDetailSerializer, case_shown
from sharing.oversight.decide import OF_PEOPLE
from sharing.oversight.terms import Command, Order
from sharing.violations.actions import LONGEST_TEXT, give

TAGS: Final = ["oversight"]


class OversightOrderSerializer(serializers.Serializer[Any]):
    """One step; ``seen`` is the case's ``step_count`` as the caller knows it."""

    command = serializers.ChoiceField([one.value for one in OF_PEOPLE])
    seen = serializers.IntegerField(min_value=0, max_value=2**31)
    text = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=LONGEST_TEXT,
        help_text="Needed for every step; the other side reads it, it stays in the register.",
    )  # fmt: skip
    wanted_on = serializers.DateField(
        required=False, allow_null=True, default=None,
        help_text="ask, set_date: by which day; confirm: by which day it is put right, if need be.",
    )  # fmt: skip


class OversightOrderView(APIView):
    """Steps on one case."""

    @extend_schema(
        operation_id="oversight_order", request=OversightOrderSerializer,
        responses=OversightDetailSerializer, tags=TAGS,
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, pk: UUID) -> Response:
        """Ask, answer, set a date, close, confirm, dismiss, rectify; 403 and 409 say why not."""
        data = validated(OversightOrderSerializer(data=request.data))
        by = official_of(request)
        give(
            by=by, item_id=pk, order=Order(Command(data["command"]), data["seen"]),
            text=data["text"], wanted_on=data["wanted_on"], now=timezone.now(),
        )  # fmt: skip
        return Response(case_shown(by, pk))
