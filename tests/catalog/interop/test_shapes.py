"""Everything that is published as DCAT-AP 3 conforms to the shapes of the profile."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import cycle, product

import pytest
from django.test import Client
from rdflib import RDF, RDFS, Graph, Literal, URIRef
from rdflib.compare import to_isomorphic
from rdflib.namespace import DCTERMS, FOAF, XSD

from catalog.interop import dcat_views
from catalog.interop.dcat import DCAT, HYDRA, PORTAL, VCARD
from catalog.models import (
    Classification,
    DataItem,
    DataType,
    Mode,
    OpenType,
    Resource,
    SharingType,
    UpdateCycle,
)
from catalog.search import reindex
from portal.organisation.models import Department
from tests.catalog.interop.dcat_ap_3 import (
    OFFICIAL,
    RELEASES,
    constraints,
    name,
    violations,
)
from tests.world import SINCE, World

# rdflib's own reader of JSON-LD still uses what rdflib calls deprecated
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
PARSERS = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld"}
ODD = 'a\x0bb\x01 <b>]]></b> & "c"\r\nd\\e\ufffe 𠀀 \u200f'
AT = "http://testserver/catalog/"


def add(world: World, title: str, *, status: str = "published", **content: object) -> Resource:
    """An entry with this content of its live version, one item of each type, and a code or none."""
    resource = Resource.objects.create(provider=world.departments["police"])
    version = resource.versions.create(number=1, title=title, **content)
    for position, kind in enumerate(DataType.values if content else ()):
        DataItem.objects.create(
            version=version, position=position, key=f"item_{kind}", name=ODD[:9], data_type=kind,
            meaning=ODD if position % 2 else "", required=bool(position % 3),
        )  # fmt: skip
    version.status = status
    version.published_at = world.now if status == "published" else None
    version.save(update_fields=["status", "published_at"])
    resource.live, resource.status = version, status
    resource.external_key = str(resource.pk) if status == "imported" else None
    number = 900 + Resource.objects.count()
    resource.code = None if status == "imported" else f"307320001/{number}"
    resource.save()
    return resource


@pytest.fixture
def everything(world: World, monkeypatch: pytest.MonkeyPatch) -> list[Resource]:
    """Entries of every openness, sharing type and update cycle, bare ones and full ones."""
    monkeypatch.setattr(dcat_views, "PAGE_SIZE", 7)
    cycles, modes = cycle(UpdateCycle.values), cycle([[], ["file"], Mode.values])
    made = [
        add(
            world, f"数据 {opened} {shared}", open_type=opened, sharing_type=shared,
            update_cycle=next(cycles), sharing_modes=next(modes),
        )
        for opened, shared in product(OpenType.values, ["", *SharingType.values])
    ]  # fmt: skip
    made.append(add(world, "外部目录", status="imported", open_type="open"))
    node = Classification.objects.get(code="307001")
    made.append(
        add(
            world, ODD, title_en=ODD, abstract=ODD, theme=ODD, keywords=[ODD, "b"],
            classification=node, update_cycle="daily", sharing_type="conditional",
            sharing_condition="<i>\r\n</i>", sharing_modes=Mode.values, open_type="open",
            source_published_on=date(2024, 2, 29), source_updated_on=date(2025, 1, 1),
        )
    )  # fmt: skip
    Department.objects.filter(pk=world.departments["police"].pk).update(name_en="Public security")
    reindex(made)
    return made


@pytest.fixture
def reader(client: Client, world: World) -> Client:
    client.force_login(world.people["clerk"])
    return client


def read(client: Client, path: str) -> Graph:
    answer = client.get(path)
    assert answer.status_code == 200, answer.content
    return Graph().parse(
        data=answer.content, format=PARSERS[path.partition("?")[0].rsplit(".")[-1]]
    )


def pages(client: Client, kind: str) -> Iterator[Graph]:
    address: str | None = f"/catalog.{kind}"
    while address:
        graph = read(client, address)
        yield graph
        address = next((str(one) for one in graph.objects(None, HYDRA.next)), None)


def datasets(graph: Graph) -> set[str]:
    return {str(one).removeprefix(AT)[:-1] for one in graph.subjects(RDF.type, DCAT.Dataset)}


@pytest.mark.parametrize("kind", list(PARSERS))
def test_every_page_and_every_entry_conforms(
    kind: str, reader: Client, world: World, everything: list[Resource]
):
    seen: list[str] = []
    for graph in pages(reader, kind):
        assert violations(graph) == set()
        seen += datasets(graph)
    wanted = {str(one.pk) for one in (*everything, world.resource, world.address)}
    assert (Counter(seen), len(wanted)) == (Counter(wanted), 16)

    for pk in wanted:
        assert violations(read(reader, f"/catalog/{pk}.{kind}")) == set()


@pytest.mark.parametrize("kind", list(PARSERS))
def test_what_everybody_may_read_conforms(
    kind: str, client: Client, world: World, everything: list[Resource]
):
    seen: set[str] = set()
    for graph in pages(client, kind):
        assert violations(graph) == set()
        seen |= datasets(graph)

    public = [one for one in everything if one.status == "published"]
    assert seen == {str(one.pk) for one in public if one.live.open_type == "open"}
    for pk in seen:
        assert violations(read(client, f"/catalog/{pk}.{kind}")) == set()


def test_the_forms_say_the_same(reader: Client, everything: list[Resource]):
    for path in ("/catalog", f"/catalog/{everything[-1].pk}"):
        graphs = [read(reader, f"{path}.{kind}") for kind in PARSERS]
        for graph in graphs:
            graph.remove((None, HYDRA.view, None))
            for view in set(graph.subjects(RDF.type, HYDRA.PagedCollection)):
                graph.remove((view, None, None))
        same = {to_isomorphic(graph).internal_hash() for graph in graphs}
        assert len(same) == 1


def test_a_superclass_that_vocabularies_state_changes_nothing(
    reader: Client, everything: list[Resource]
):
    """A validator that reads the vocabularies too asks of a catalog what it asks of a dataset."""
    known = Graph()
    for lower, upper in [
        (DCAT.Catalog, DCAT.Dataset), (DCAT.Dataset, DCAT.Resource),
        (DCAT.DatasetSeries, DCAT.Dataset), (DCAT.DataService, DCAT.Resource),
        (VCARD.Organization, VCARD.Kind), (DCTERMS.MediaType, DCTERMS.MediaTypeOrExtent),
    ]:  # fmt: skip
        known.add((lower, RDFS.subClassOf, upper))

    for graph in pages(reader, "ttl"):
        assert violations(graph, known=known) == set()


def test_a_catalog_without_an_authority_is_published_by_the_portal(reader: Client, world: World):
    Department.objects.filter(kind="authority").update(valid_until=SINCE + timedelta(days=1))

    graph = read(reader, "/catalog.ttl")

    portal = URIRef("http://testserver/")
    assert list(graph.objects(URIRef(AT), DCTERMS.publisher)) == [portal]
    assert str(graph.value(portal, FOAF.name)) == PORTAL
    assert violations(graph) == set()


# --- what guards the tests above -----------------------------------------------------------


@pytest.mark.parametrize("release", RELEASES)
def test_the_facts_are_as_many_as_the_official_file_has(release: str):
    assert Counter(one.kind for one in constraints(release)) == OFFICIAL[release]


COMPONENTS = {
    "sh:minCount": "MinCountConstraintComponent", "sh:maxCount": "MaxCountConstraintComponent",
    "sh:class": "ClassConstraintComponent", "sh:datatype": "DatatypeConstraintComponent",
    "sh:nodeKind": "NodeKindConstraintComponent",
}  # fmt: skip


def test_every_constraint_finds_its_own_violation():
    graph, wanted = Graph(), set()
    every = dict.fromkeys(one for release in RELEASES for one in constraints(release))
    for number, one in enumerate(every):
        node, prop = URIRef(f"urn:x:{number}"), name(one.prop)
        graph.add((node, RDF.type, name(one.kind)))
        wrong = {
            "sh:minCount": [],
            "sh:maxCount": [Literal("a"), Literal("b")],
            "sh:class": [URIRef("urn:x:other")],
            "sh:datatype": [Literal("x")],
            "sh:nodeKind": [Literal("x") if one.value == "sh:BlankNodeOrIRI" else URIRef("urn:x")],
        }
        for value in wrong[one.parameter]:
            graph.add((node, prop, value))
        wanted.add((str(node), one.prop, COMPONENTS[one.parameter]))

    assert wanted - violations(graph) == set()


ENTRY, CATALOG, DEPARTMENT = "entry", "catalog", "department"


@pytest.mark.parametrize(
    ("subject", "prop", "value", "component"),
    [
        (ENTRY, "dct:title", None, "MinCount"),
        (ENTRY, "dct:description", None, "MinCount"),
        (ENTRY, "dct:publisher", URIRef("urn:nobody"), "Class"),
        (ENTRY, "dct:publisher", Literal("公安厅"), "NodeKind"),
        (ENTRY, "dct:title", URIRef("urn:title"), "NodeKind"),
        (ENTRY, "dct:issued", Literal("2024年"), "Or"),
        (ENTRY, "dct:modified", Literal(3, datatype=XSD.integer), "Or"),
        (ENTRY, "dct:accrualPeriodicity", Literal("每日"), "Class"),
        (CATALOG, "dct:publisher", None, "MinCount"),
        (CATALOG, "dcat:dataset", URIRef("urn:elsewhere"), "Class"),
        (DEPARTMENT, "foaf:name", None, "MinCount"),
    ],
)
def test_a_fault_is_named(
    subject: str, prop: str, value: URIRef | Literal | None, component: str,
    reader: Client, world: World,
):  # fmt: skip
    graph = read(reader, "/catalog.ttl")
    node = {
        ENTRY: f"{AT}{world.resource.pk}/",
        CATALOG: AT,
        DEPARTMENT: f"{AT}?provider={world.departments['police'].pk}",
    }[subject]
    graph.remove((URIRef(node), name(prop), None))
    if value is not None:
        graph.add((URIRef(node), name(prop), value))

    assert (node, prop, f"{component}ConstraintComponent") in violations(graph)


@pytest.mark.parametrize(
    ("kind", "prop"),
    [
        (FOAF.Agent, "dct:publisher"), (VCARD.Kind, "dcat:contactPoint"),
        (DCTERMS.Location, "dct:spatial"), (DCTERMS.Frequency, "dct:accrualPeriodicity"),
        (DCTERMS.RightsStatement, "dct:accessRights"), (DCTERMS.RightsStatement, "dct:rights"),
        (DCTERMS.LinguisticSystem, "dct:language"), (RDFS.Resource, "dcat:accessURL"),
        (DCTERMS.Standard, "dct:conformsTo"), (FOAF.Document, "dcat:landingPage"),
    ],
)  # fmt: skip
def test_a_class_that_is_not_declared_is_noticed(
    kind: URIRef, prop: str, reader: Client, world: World
):
    graph = read(reader, f"/catalog/{world.resource.pk}.ttl")
    assert violations(graph) == set()
    graph.remove((None, RDF.type, kind))

    found = {(one, component) for _node, one, component in violations(graph)}
    assert (prop, "ClassConstraintComponent") in found
