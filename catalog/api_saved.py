"""REST of saved searches and followed entries: the caller's own."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog import actions
from catalog.actions.following import get_search
from catalog.models import SavedSearch
from catalog.search import Filters
from catalog.search.query import LONGEST_QUERY
from portal.api import idempotent, official_of

TAGS = ["catalog"]


class SavedSearchSerializer(serializers.ModelSerializer[SavedSearch]):
    """A saved search; ``filters`` are lists of values by the names that ``entries`` takes."""

    filters = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))

    class Meta:
        model = SavedSearch
        fields = ["id", "name", "query", "filters", "followed", "created_at"]


class NewSearchSerializer(serializers.Serializer[Any]):
    """A search to keep. Filter values that cannot occur are left out, as in ``entries``."""

    name = serializers.CharField(max_length=100)
    query = serializers.CharField(max_length=LONGEST_QUERY, allow_blank=True, default="")
    filters = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField(max_length=200), max_length=50),
        default=dict,
    )
    followed = serializers.BooleanField(default=False)


class SearchChangeSerializer(serializers.Serializer[Any]):
    """What can be changed of a saved search."""

    name = serializers.CharField(max_length=100, required=False)
    followed = serializers.BooleanField(required=False)


class SavedSearchesView(APIView):
    """The caller's saved searches."""

    @extend_schema(
        operation_id="saved_searches_list", responses=SavedSearchSerializer(many=True), tags=TAGS
    )
    def get(self, request: Request) -> Response:
        """All of them, at most a hundred."""
        searches = SavedSearch.objects.filter(official=official_of(request))
        return Response(SavedSearchSerializer(searches, many=True).data)

    @extend_schema(
        operation_id="saved_searches_create",
        request=NewSearchSerializer,
        responses={201: SavedSearchSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Keep a search; one that is followed makes notices from now on."""
        data = _validated(NewSearchSerializer(data=request.data))
        data["filters"] = Filters.of(data["filters"])
        search = actions.save_search(by=official_of(request), now=timezone.now(), **data)
        return Response(SavedSearchSerializer(search).data, status=status.HTTP_201_CREATED)


@extend_schema(tags=TAGS)
class SavedSearchView(APIView):
    """One saved search of the caller."""

    @extend_schema(operation_id="saved_searches_get", responses=SavedSearchSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """The saved search; 404 when it is somebody else's."""
        return Response(SavedSearchSerializer(get_search(official_of(request), pk)).data)

    @extend_schema(
        operation_id="saved_searches_change",
        request=SearchChangeSerializer,
        responses=SavedSearchSerializer,
    )
    def patch(self, request: Request, pk: int) -> Response:
        """Rename it, begin or end following it."""
        data = _validated(SearchChangeSerializer(data=request.data))
        official = official_of(request)
        search = get_search(official, pk)
        wanted = {"name": search.name, "followed": search.followed, **data}
        changed = actions.change_search(by=official, search_id=pk, now=timezone.now(), **wanted)
        return Response(SavedSearchSerializer(changed).data)

    @extend_schema(operation_id="saved_searches_delete", responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Forget it."""
        actions.delete_search(by=official_of(request), search_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=TAGS)
class FollowView(APIView):
    """Following an entry."""

    @extend_schema(operation_id="entries_follow", request=None, responses={204: None})
    def put(self, request: Request, pk: UUID) -> Response:
        """Be told of its changes; 404 when the caller may not know of it."""
        actions.follow_entry(by=official_of(request), resource_id=pk, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(operation_id="entries_unfollow", responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Be told no more."""
        actions.unfollow_entry(by=official_of(request), resource_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _validated(serializer: serializers.Serializer[Any]) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)
