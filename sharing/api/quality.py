"""Checks of attached data over REST, for those who look after the entry."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.api import idempotent, official_of
from sharing.models import DataCheck, DataCheckResult
from sharing.quality import checks

MOST = 50


class DataCheckResultSerializer(serializers.ModelSerializer[DataCheckResult]):
    """What one rule came to; no value of a row."""

    class Meta:
        model = DataCheckResult
        fields = ["kind", "dimension", "items", "names", "checked", "failed", "allowed"]


class DataCheckSerializer(serializers.ModelSerializer[DataCheck]):
    """One reading of the data by all rules in use."""

    results = DataCheckResultSerializer(many=True)

    class Meta:
        model = DataCheck
        fields = [
            "id", "resource_id", "status", "rows_done", "is_partial", "failure_code", "created_at",
            "started_at", "ended_at", "results",
        ]  # fmt: skip
        read_only_fields = fields


@extend_schema(tags=["catalog"])
class DataChecksView(APIView):
    """Checks of the data of one entry."""

    @extend_schema(operation_id="entries_data_checks", responses=DataCheckSerializer(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        """The latest checks with their results, newest first."""
        resource = checks.managed_entry(official_of(request), pk, timezone.localdate())
        rows = DataCheck.objects.filter(resource=resource).prefetch_related("results")[:MOST]
        return Response(DataCheckSerializer(rows, many=True).data)

    @extend_schema(
        operation_id="entries_check_data", request=None, responses={202: DataCheckSerializer}
    )
    @idempotent
    def post(self, request: Request, pk: UUID) -> Response:
        """Check the data now; the answer is the check that is under way."""
        official, now = official_of(request), timezone.now()
        resource = checks.managed_entry(official, pk, timezone.localdate(now))
        check: Any = checks.ask(by=official, resource=resource, now=now)
        return Response(DataCheckSerializer(check).data, status=status.HTTP_202_ACCEPTED)
