"""The catalog and its entries as DCAT-AP 3."""

import pytest
from django.test import Client
from rdflib import RDF, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS

from catalog.interop import dcat_views
from catalog.interop.dcat import CSVW, DCAT, HYDRA
from tests.catalog.interop.dcat_ap_3 import violations
from tests.world import World, publish_entry

# rdflib's own reader of JSON-LD still uses what rdflib calls deprecated
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
ITEMS = [("name", "姓名", "C", 60, 3, True, "", "", True)]
PARSERS = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld"}


@pytest.fixture
def reader(client: Client, world: World) -> Client:
    client.force_login(world.people["clerk"])
    return client


def read(client: Client, path: str, kind: str = "ttl") -> Graph:
    answer = client.get(path)
    assert answer.status_code == 200, answer.content
    return Graph().parse(data=answer.content, format=PARSERS[kind])


@pytest.mark.parametrize("kind", list(PARSERS))
def test_the_catalog_fulfils_the_profile_in_every_form(kind: str, reader: Client, world: World):
    graph = read(reader, f"/catalog.{kind}", kind)

    assert violations(graph) == set()
    datasets = set(graph.subjects(RDF.type, DCAT.Dataset))
    assert datasets == {
        URIRef(f"http://testserver/catalog/{entry.pk}/")
        for entry in (world.resource, world.address)
    }
    assert set(graph.objects(URIRef("http://testserver/catalog/"), DCAT.dataset)) == datasets


@pytest.mark.parametrize("kind", list(PARSERS))
def test_an_entry_tells_its_items(kind: str, reader: Client, world: World):
    graph = read(reader, f"/catalog/{world.resource.pk}.{kind}", kind)

    assert violations(graph) == set()
    page = f"http://testserver/catalog/{world.resource.pk}/"
    names = {str(name) for name in graph.objects(None, CSVW.title)}
    assert names == set(world.resource.live.items.values_list("name", flat=True))
    assert (URIRef(page), DCTERMS.title, Literal("常住人口基本信息", lang="zh")) in graph
    assert (URIRef(f"{page}#mode-file"), DCAT.accessURL, URIRef(page)) in graph


def test_pages_together_hold_every_entry_once(reader: Client, world: World, monkeypatch):
    monkeypatch.setattr(dcat_views, "PAGE_SIZE", 2)
    made = {str(publish_entry(world, f"数据{n}", ITEMS, sharing_type="unconditional").pk)
            for n in range(3)}  # fmt: skip
    made |= {str(world.resource.pk), str(world.address.pk)}
    address, seen, pages = "/catalog.ttl", [], 0
    while address:
        graph = read(reader, address)
        seen += [str(one).split("/")[-2] for one in graph.subjects(RDF.type, DCAT.Dataset)]
        assert {int(n) for n in graph.objects(None, HYDRA.totalItems)} == {5}
        following = [str(one) for one in graph.objects(None, HYDRA.next)]
        assert following == [str(one) for one in graph.objects(None, HYDRA.nextPage)]
        address, pages = following[0] if following else "", pages + 1

    assert (sorted(seen), pages) == (sorted(made), 3)


def test_a_damaged_address_of_a_page_says_what_to_do(reader: Client):
    answer = reader.get("/catalog.ttl?after=x")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["attr"] == "after"


def test_an_entry_that_is_not_shared_offers_no_way_to_get_it(reader: Client, world: World):
    entry = publish_entry(world, "内部统计", ITEMS, sharing_type="non_shared")

    graph = read(reader, f"/catalog/{entry.pk}.ttl")

    assert list(graph.objects(None, DCAT.distribution)) == []
    assert violations(graph) == set()
