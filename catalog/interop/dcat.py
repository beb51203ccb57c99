"""Entries as DCAT-AP 3 graphs: https://semiceu.github.io/DCAT-AP/releases/3.0.0/.

Identifiers are the addresses of our own pages. What the profile has no term for keeps a term of
its own standard: the data items are a table schema (CSV on the Web). Every object a graph names
carries the class that the SHACL shapes of the profile want of it, since a harvester checks a page
without asking elsewhere.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urljoin

from django.urls import reverse
from django.utils import translation
from rdflib import RDF, RDFS, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, FOAF, SKOS, XSD

from catalog.models import (
    Classification,
    DataItem,
    Mode,
    OpenType,
    Resource,
    ResourceVersion,
    SharingType,
    UpdateCycle,
)
from portal.organisation.models import Department, Region

DCAT = Namespace("http://www.w3.org/ns/dcat#")
CSVW = Namespace("http://www.w3.org/ns/csvw#")
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
_EU = "http://publications.europa.eu/resource/authority/"
CHINESE = URIRef(f"{_EU}language/ZHO")
ACCESS = {
    OpenType.OPEN: URIRef(f"{_EU}access-right/PUBLIC"),
    OpenType.ON_REQUEST: URIRef(f"{_EU}access-right/RESTRICTED"),
    OpenType.CLOSED: URIRef(f"{_EU}access-right/NON_PUBLIC"),
}
FREQUENCY = {
    UpdateCycle.REALTIME: "UPDATE_CONT",
    UpdateCycle.DAILY: "DAILY",
    UpdateCycle.WEEKLY: "WEEKLY",
    UpdateCycle.MONTHLY: "MONTHLY",
    UpdateCycle.QUARTERLY: "QUARTERLY",
    UpdateCycle.HALF_YEARLY: "ANNUAL_2",
    UpdateCycle.YEARLY: "ANNUAL",
    UpdateCycle.IRREGULAR: "IRREG",
}
_CSVW_TYPES = {
    "N": XSD.decimal, "Y": XSD.decimal, "D": XSD.date, "T": XSD.dateTime, "L": XSD.boolean,
    "B": XSD.double, "I": XSD.integer, "F": XSD.float,
}  # fmt: skip
_LINE_END = re.compile("\r\n?")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
PORTAL = "政务数据共享门户"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Identifiers of what a graph speaks of; ``base`` ends in a slash, as in https://host/."""

    base: str

    def portal(self) -> URIRef:
        """The portal, as the one who publishes while there is no competent authority."""
        return URIRef(self.base)

    def catalog(self) -> URIRef:
        """The catalog as a whole."""
        return URIRef(urljoin(self.base, reverse("catalog:list")))

    def entry(self, resource: Resource, part: str = "") -> URIRef:
        """An entry, or a part of its page."""
        page = reverse("catalog:entry", args=[resource.pk])
        return URIRef(urljoin(self.base, page) + (f"#{part}" if part else ""))

    def department(self, department: Department) -> URIRef:
        """A department, by the list of what it provides."""
        return URIRef(f"{self.catalog()}?provider={department.pk}")

    def region(self, region: Region) -> URIRef:
        """A region, by the list of what is provided there."""
        return URIRef(f"{self.catalog()}?region={region.pk}")

    def scheme(self) -> URIRef:
        """The classification."""
        return URIRef(f"{self.catalog()}#classification")

    def concept(self, node: Classification) -> URIRef:
        """A node of the classification."""
        return URIRef(f"{self.catalog()}#classification-{node.code}")


@dataclass(frozen=True, slots=True)
class PageLinks:
    """Where a page of the catalog is and where the next one is; ``total`` counts all entries."""

    this: str
    first: str
    following: str
    total: int


def new_graph() -> Graph:
    """An empty graph that knows the prefixes of the profile."""
    graph = Graph(bind_namespaces="core")
    for prefix, namespace in (
        ("dcat", DCAT), ("dct", DCTERMS), ("foaf", FOAF), ("skos", SKOS), ("xsd", XSD),
        ("vcard", VCARD), ("csvw", CSVW), ("hydra", HYDRA),
    ):  # fmt: skip
        graph.bind(prefix, namespace)
    return graph


def catalog_graph(
    rows: Iterable[Resource],
    *,
    publisher: Department | None,
    addresses: Addresses,
    links: PageLinks,
) -> Graph:
    """One page of the catalog; ``publisher`` is the competent authority, where there is one yet.

    The profile wants exactly one publisher of a catalog: without an authority it is the portal.
    """
    graph = new_graph()
    catalog = addresses.catalog()
    graph.add((catalog, RDF.type, DCAT.Catalog))
    graph.add((catalog, DCTERMS.title, _text("政务数据目录")))
    graph.add((catalog, DCTERMS.title, _text("Catalog of government data", "en")))
    graph.add((catalog, DCTERMS.description, _text("政务部门可共享和开放的数据资源。")))
    graph.add((catalog, DCTERMS.publisher, _publisher(graph, publisher, addresses)))
    graph.add((catalog, FOAF.homepage, catalog))
    graph.add((catalog, RDF.type, FOAF.Document))
    graph.add((catalog, DCAT.themeTaxonomy, addresses.scheme()))
    _scheme(graph, addresses)
    _language(graph, catalog)
    for resource in rows:
        graph.add((catalog, DCAT.dataset, addresses.entry(resource)))
        add_entry(graph, resource, addresses)
    _page(graph, catalog, links)
    return graph


def add_entry(
    graph: Graph, resource: Resource, addresses: Addresses, items: Sequence[DataItem] = ()
) -> None:
    """Add an entry with its live version, provider and ways of sharing; ``items`` as its schema."""
    version = resource.live
    if version is None:
        message = "Only entries with a live version are exported."
        raise ValueError(message)
    dataset = addresses.entry(resource)
    graph.add((dataset, RDF.type, DCAT.Dataset))
    graph.add((dataset, DCTERMS.identifier, Literal(str(resource.pk))))
    if resource.code:
        graph.add((dataset, DCTERMS.identifier, Literal(resource.code)))
    graph.add((dataset, DCTERMS.title, _text(version.title)))
    if version.title_en:
        graph.add((dataset, DCTERMS.title, _text(version.title_en, "en")))
    described = version.abstract.strip() or version.title
    graph.add((dataset, DCTERMS.description, _text(described)))
    for word in filter(None, (*version.keywords, version.theme)):
        graph.add((dataset, DCAT.keyword, _text(word)))
    graph.add((dataset, DCTERMS.publisher, _agent(graph, resource.provider, addresses)))
    graph.add((dataset, DCAT.contactPoint, _contact(graph, resource, addresses)))
    graph.add((dataset, DCTERMS.spatial, _place(graph, resource.provider.region, addresses)))
    graph.add((dataset, DCAT.landingPage, dataset))
    graph.add((dataset, RDF.type, FOAF.Document))
    graph.add((dataset, DCAT.version, Literal(str(version.number))))
    _language(graph, dataset)
    _theme(graph, dataset, version, addresses)
    _access(graph, dataset, version)
    _times(graph, dataset, resource, version)
    for mode in version.sharing_modes if version.sharing_type != SharingType.NON_SHARED else ():
        graph.add((dataset, DCAT.distribution, _distribution(graph, resource, mode, addresses)))
    if items:
        _schema(graph, resource, items, addresses)


def _text(value: str, language: str | None = "zh") -> Literal:
    """A text as every form can carry it: XML knows no control characters and one end of line."""
    return Literal(_NOT_IN_XML.sub("", _LINE_END.sub("\n", value)), lang=language)


def _publisher(graph: Graph, authority: Department | None, addresses: Addresses) -> URIRef:
    if authority is not None:
        return _agent(graph, authority, addresses)
    portal = addresses.portal()
    graph.add((portal, RDF.type, FOAF.Agent))
    graph.add((portal, FOAF.name, _text(PORTAL)))
    return portal


def _agent(graph: Graph, department: Department, addresses: Addresses) -> URIRef:
    agent = addresses.department(department)
    graph.add((agent, RDF.type, FOAF.Agent))
    graph.add((agent, FOAF.name, _text(department.name)))
    if department.name_en:
        graph.add((agent, FOAF.name, _text(department.name_en, "en")))
    if department.uscc:
        graph.add((agent, DCTERMS.identifier, Literal(department.uscc)))
    return agent


def _contact(graph: Graph, resource: Resource, addresses: Addresses) -> URIRef:
    contact = URIRef(f"{addresses.department(resource.provider)}#contact")
    graph.add((contact, RDF.type, VCARD.Kind))
    graph.add((contact, RDF.type, VCARD.Organization))
    graph.add((contact, VCARD.fn, _text(resource.provider.name, None)))
    graph.add((contact, VCARD.hasURL, addresses.department(resource.provider)))
    return contact


def _place(graph: Graph, region: Region, addresses: Addresses) -> URIRef:
    place = addresses.region(region)
    graph.add((place, RDF.type, DCTERMS.Location))
    graph.add((place, SKOS.prefLabel, _text(region.name)))
    graph.add((place, DCTERMS.identifier, Literal(region.pk)))
    return place


def _language(graph: Graph, subject: URIRef) -> None:
    graph.add((subject, DCTERMS.language, CHINESE))
    graph.add((CHINESE, RDF.type, DCTERMS.LinguisticSystem))


def _scheme(graph: Graph, addresses: Addresses) -> None:
    graph.add((addresses.scheme(), RDF.type, SKOS.ConceptScheme))
    graph.add((addresses.scheme(), DCTERMS.title, _text("政务数据资源分类")))


def _theme(graph: Graph, dataset: URIRef, version: ResourceVersion, addresses: Addresses) -> None:
    node = version.classification
    if node is None:
        return
    concept = addresses.concept(node)
    graph.add((dataset, DCAT.theme, concept))
    graph.add((concept, RDF.type, SKOS.Concept))
    graph.add((concept, SKOS.notation, Literal(node.code)))
    graph.add((concept, SKOS.prefLabel, _text(node.name)))
    graph.add((concept, SKOS.inScheme, addresses.scheme()))
    _scheme(graph, addresses)


def _access(graph: Graph, dataset: URIRef, version: ResourceVersion) -> None:
    right = ACCESS[OpenType(version.open_type)]
    graph.add((dataset, DCTERMS.accessRights, right))
    graph.add((right, RDF.type, DCTERMS.RightsStatement))


def _times(graph: Graph, dataset: URIRef, resource: Resource, version: ResourceVersion) -> None:
    issued: date | datetime | None = version.source_published_on or version.published_at
    if issued is not None:
        graph.add((dataset, DCTERMS.issued, Literal(issued)))
    modified = version.source_updated_on or version.published_at or resource.updated_at
    graph.add((dataset, DCTERMS.modified, Literal(modified)))
    if version.update_cycle:
        name = FREQUENCY[UpdateCycle(version.update_cycle)]
        frequency = URIRef(f"{_EU}frequency/{name}")
        graph.add((dataset, DCTERMS.accrualPeriodicity, frequency))
        graph.add((frequency, RDF.type, DCTERMS.Frequency))


def _distribution(graph: Graph, resource: Resource, mode: str, addresses: Addresses) -> URIRef:
    """A way to get the data. Its address is the entry's page, where one applies."""
    version = resource.live
    distribution = addresses.entry(resource, f"mode-{mode}")
    graph.add((distribution, RDF.type, DCAT.Distribution))
    graph.add((distribution, DCAT.accessURL, addresses.entry(resource)))
    graph.add((addresses.entry(resource), RDF.type, RDFS.Resource))
    with translation.override("zh-hans"):
        graph.add((distribution, DCTERMS.title, _text(str(Mode(mode).label))))
    if version is not None and version.sharing_condition.strip():
        rights = addresses.entry(resource, "condition")
        graph.add((distribution, DCTERMS.rights, rights))
        graph.add((rights, RDF.type, DCTERMS.RightsStatement))
        graph.add((rights, DCTERMS.description, _text(version.sharing_condition)))
    return distribution


def _schema(
    graph: Graph, resource: Resource, items: Sequence[DataItem], addresses: Addresses
) -> None:
    schema = addresses.entry(resource, "schema")
    graph.add((addresses.entry(resource), DCTERMS.conformsTo, schema))
    graph.add((schema, RDF.type, DCTERMS.Standard))
    graph.add((schema, RDF.type, CSVW.Schema))
    for item in items:
        column = addresses.entry(resource, f"item-{item.key}")
        graph.add((schema, CSVW.column, column))
        graph.add((column, RDF.type, CSVW.Column))
        graph.add((column, CSVW.name, Literal(item.key)))
        graph.add((column, CSVW.title, _text(item.name)))
        graph.add((column, CSVW.datatype, _CSVW_TYPES.get(item.data_type, XSD.string)))
        graph.add((column, CSVW.required, Literal(item.required)))
        if item.meaning:
            graph.add((column, DCTERMS.description, _text(item.meaning)))


def _page(graph: Graph, catalog: URIRef, links: PageLinks) -> None:
    """Both forms of paging that harvesters look for: hydra's present one and the older one."""
    view = URIRef(links.this)
    graph.add((catalog, HYDRA.view, view))
    graph.add((catalog, HYDRA.totalItems, Literal(links.total)))
    for kind in (HYDRA.PartialCollectionView, HYDRA.PagedCollection):
        graph.add((view, RDF.type, kind))
    graph.add((view, HYDRA.totalItems, Literal(links.total)))
    for name in (HYDRA.first, HYDRA.firstPage):
        graph.add((view, name, URIRef(links.first)))
    if links.following:
        for name in (HYDRA.next, HYDRA.nextPage):
            graph.add((view, name, URIRef(links.following)))
