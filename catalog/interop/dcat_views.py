"""Addresses under which harvesters find the catalog and each entry as DCAT-AP 3."""

from datetime import date
from typing import Any
from urllib.parse import urlencode, urljoin
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rdflib import Graph
from rest_framework.request import Request
from rest_framework.views import APIView

from catalog.access import get_visible
from catalog.interop.dcat import Addresses, PageLinks, add_entry, catalog_graph, new_graph
from catalog.interop.entries import OpenToAll, caller, entries_after, shown_to
from catalog.models import SHOWN_STATUSES
from portal.errors import Fault, Invalid, NotVisible
from portal.organisation.models import Department

FORMATS = {
    "ttl": ("turtle", "text/turtle; charset=utf-8"),
    "rdf": ("pretty-xml", "application/rdf+xml; charset=utf-8"),
    "jsonld": ("json-ld", "application/ld+json; charset=utf-8"),
}
PAGE_SIZE = 100
_ANSWERS: Any = {(200, kind.split(";")[0]): OpenApiTypes.STR for _name, kind in FORMATS.values()}


class CatalogGraphView(APIView):
    """The catalog, a hundred entries at a time."""

    permission_classes = [OpenToAll]

    @extend_schema(
        operation_id="dcat_catalog",
        parameters=[
            OpenApiParameter("kind", str, OpenApiParameter.PATH, enum=list(FORMATS)),
            OpenApiParameter("after", OpenApiTypes.UUID, description="From the page before."),
        ],
        responses=_ANSWERS,
        tags=["dcat"],
    )
    def get(self, request: Request, kind: str) -> HttpResponse:
        """One page; ``hydra:next`` names the following one. 422 for a damaged ``after``."""
        today = timezone.localdate()
        found = shown_to(caller(request), today)
        after = _after(request.query_params.get("after", ""))
        rows = entries_after(found, after, PAGE_SIZE + 1)
        page = rows[:PAGE_SIZE]
        base = request.build_absolute_uri("/")
        first = urljoin(base, reverse("dcat_catalog", args=[kind]))
        graph = catalog_graph(
            page,
            publisher=_publisher(today),
            addresses=Addresses(base),
            links=PageLinks(
                this=request.build_absolute_uri(),
                first=first,
                following=f"{first}?{urlencode({'after': page[-1].pk})}"
                if len(rows) > PAGE_SIZE
                else "",
                total=found.count(),
            ),
        )
        return _answer(graph, kind)


class EntryGraphView(APIView):
    """One entry with its data items."""

    permission_classes = [OpenToAll]

    @extend_schema(
        operation_id="dcat_entry",
        parameters=[
            OpenApiParameter("pk", OpenApiTypes.UUID, OpenApiParameter.PATH),
            OpenApiParameter("kind", str, OpenApiParameter.PATH, enum=list(FORMATS)),
        ],
        responses=_ANSWERS,
        tags=["dcat"],
    )
    def get(self, request: Request, pk: UUID, kind: str) -> HttpResponse:
        """The entry; 404 when the caller may not know of it or it has no live version."""
        resource = get_visible(caller(request), pk, timezone.localdate())
        if resource.live is None or resource.status not in SHOWN_STATUSES:
            raise NotVisible(_("There is no such entry in the catalog."))
        graph = new_graph()
        addresses = Addresses(request.build_absolute_uri("/"))
        add_entry(graph, resource, addresses, list(resource.live.items.all()))
        return _answer(graph, kind)


def _after(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        message = _("This is not an address of a page of the catalog.")
        remedy = _("Begin without it, then follow the address of the next page.")
        raise Invalid(message, [Fault("after", message, remedy, "cursor")]) from None


def _publisher(on: date) -> Department | None:
    """The competent authority of the widest region that has one on the day ``on``."""
    authorities = Department.objects.in_office(on).filter(kind=Department.Kind.AUTHORITY)
    found: Department | None = authorities.order_by("region_id").first()
    return found


def _answer(graph: Graph, kind: str) -> HttpResponse:
    name, content_type = FORMATS[kind]
    options: dict[str, Any] = {"auto_compact": True} if kind == "jsonld" else {}
    text = graph.serialize(format=name, **options)
    return HttpResponse(text, content_type=content_type, headers={"Vary": "Authorization, Cookie"})
