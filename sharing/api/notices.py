"""Notices over REST: the caller's own, reading them, how the caller wants to be told."""

from typing import Any, Final

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.api import CursorPage, idempotent, official_of
from portal.errors import Fault, Invalid
from portal.notices import access, actions, kinds, preferences
from portal.notices.fanning import is_reachable
from portal.notices.models import Notice, Preferences
from portal.notices.models.preferences import Digest
from portal.organisation.models import Official
from sharing.api.common import validated

TAGS: Final = ["notices"]
MOST: Final = 1000


class NoticeSerializer(serializers.ModelSerializer[Notice]):
    """Something the caller is told, in the caller's language; ``url`` is where to act on it."""

    text = serializers.CharField(read_only=True)
    group = serializers.CharField(read_only=True)

    class Meta:
        model = Notice
        fields = ["id", "kind", "group", "text", "url", "created_at", "read_at"]
        read_only_fields = fields


class ReadSerializer(serializers.Serializer[Any]):
    """Which notices were read: those named in ``ids``, or all up to now."""

    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), required=False,
        max_length=MOST, help_text=f"At most {MOST}; what is not the caller's is left alone.",
    )  # fmt: skip
    all = serializers.BooleanField(required=False, default=False)


class ReadAnswerSerializer(serializers.Serializer[Any]):
    """What became of it."""

    marked = serializers.IntegerField(help_text="How many were new before.")
    unread = serializers.IntegerField(help_text="How many are left.")


class NoticeGroupSerializer(serializers.Serializer[Any]):
    """Kinds that are chosen together; required ones always count as new."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment] # a field of that name
    required = serializers.BooleanField()  # type: ignore[assignment]


class PreferencesSerializer(serializers.ModelSerializer[Preferences]):
    """``muted`` groups do not count as new, ``unmailed`` ones send no letter."""

    muted = serializers.ListField(child=serializers.CharField(max_length=60), max_length=200)
    unmailed = serializers.ListField(child=serializers.CharField(max_length=60), max_length=200)
    digest = serializers.ChoiceField([one.value for one in Digest])
    digest_hour = serializers.IntegerField(min_value=0, max_value=23)
    digest_weekday = serializers.IntegerField(min_value=0, max_value=6, help_text="0 is Monday.")

    class Meta:
        model = Preferences
        fields = list(preferences.FIELDS)


class PreferencesShownSerializer(PreferencesSerializer):
    """The choices, the groups they may name, and whether letters reach the caller at all."""

    groups = NoticeGroupSerializer(many=True)
    reachable = serializers.BooleanField()

    class Meta(PreferencesSerializer.Meta):
        fields = [*PreferencesSerializer.Meta.fields, "groups", "reachable"]


class NoticesView(generics.ListAPIView[Notice]):
    """The caller's notices."""

    serializer_class = NoticeSerializer
    pagination_class = CursorPage

    def get_queryset(self) -> QuerySet[Notice]:
        """Newest first; only some when so chosen. Invalid names what cannot be chosen."""
        if getattr(self, "swagger_fake_view", False):
            return Notice.objects.none()
        found = access.notices_of(official_of(self.request))
        about = self.request.query_params.get("about", "")
        only = self.request.query_params.get("only", "")
        faults = []
        if about and about not in kinds.groups():
            faults.append(_unknown("about", kinds.groups()))
        if only not in {"", "new"}:
            faults.append(_unknown("only", ["new"]))
        if faults:
            raise Invalid(_("Some filters are not known."), faults)
        found = found.filter(access.about(about)) if about else found
        return found.filter(read_at__isnull=True) if only else found

    @extend_schema(
        operation_id="notices_list", tags=TAGS,
        parameters=[
            OpenApiParameter("about", description="A group of kinds, as the choices list them."),
            OpenApiParameter("only", enum=["new"]),
        ],
    )  # fmt: skip
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The caller's own notices, newest first."""
        return super().get(request, *args, **kwargs)


class NoticeReadView(APIView):
    """Reading one notice."""

    @extend_schema(
        operation_id="notices_read_one", request=None, responses=NoticeSerializer, tags=TAGS
    )
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """The caller has seen it; the same answer when it was read before."""
        read = actions.mark_read(by=official_of(request), notice_id=pk, now=timezone.now())
        return Response(NoticeSerializer(read).data)


class NoticesReadView(APIView):
    """Reading many."""

    @extend_schema(
        operation_id="notices_read", request=ReadSerializer, responses=ReadAnswerSerializer,
        tags=TAGS,
    )  # fmt: skip
    @idempotent
    def post(self, request: Request) -> Response:
        """The caller has seen these notices, or everything up to now."""
        by, now = official_of(request), timezone.now()
        data = validated(ReadSerializer(data=request.data))
        ids = data.get("ids")
        if data["all"] is (ids is not None):
            message = _("Name the notices in ids, or send all as true.")
            raise Invalid(message, [Fault("ids", message, code="one_of_two")])
        if ids is None:
            marked = actions.mark_all_read(by=by, now=now)
        else:
            marked = actions.mark_these_read(by=by, ids=ids, now=now)
        return Response({"marked": marked, "unread": access.unread_count(by)})


class NoticePreferencesView(APIView):
    """How the caller wants to be told."""

    @extend_schema(
        operation_id="notices_preferences", responses=PreferencesShownSerializer, tags=TAGS
    )
    def get(self, request: Request) -> Response:
        """The caller's choices; who never chose has the defaults."""
        return Response(_choices(official_of(request)))

    @extend_schema(
        operation_id="notices_choose", request=PreferencesSerializer,
        responses=PreferencesShownSerializer, tags=TAGS,
    )  # fmt: skip
    def patch(self, request: Request) -> Response:
        """Change the choices that are sent; the others stay."""
        by = official_of(request)
        data = validated(PreferencesSerializer(data=request.data, partial=True))
        chosen = _known(by)
        for name, value in data.items():
            setattr(chosen, name, value)
        preferences.save(by=by, chosen=chosen, now=timezone.now())
        return Response(_choices(by))


def _known(by: Official) -> Preferences:
    return Preferences.objects.filter(official=by).first() or Preferences(official=by)


def _choices(by: Official) -> dict[str, Any]:
    groups = [
        {"key": key, "label": str(group.label), "required": group.required}
        for key, group in kinds.groups().items()
    ]
    chosen = PreferencesSerializer(_known(by)).data
    return {**chosen, "groups": groups, "reachable": is_reachable(by)}


def _unknown(name: str, offered: Any) -> Fault:
    remedy = _("Known: %(names)s.") % {"names": ", ".join(offered)}
    return Fault(name, _("This cannot be chosen."), remedy, "unknown")
