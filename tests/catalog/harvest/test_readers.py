"""What is read from CKAN and DCAT, and what of both is refused."""

import json
from typing import Any

import pytest

from catalog.harvest.ckan import CkanReader
from catalog.harvest.dcat import DcatReader
from catalog.harvest.fetching import Client, Limits
from catalog.harvest.problems import HarvestProblem
from catalog.harvest.reading import Page, Reader
from tests.catalog.harvest.site import Reply, Site, as_json, package

PREFIXES = """
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix hydra: <http://www.w3.org/ns/hydra/core#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""
DATASET = """
<{base}/set/{n}> a dcat:Dataset ; dct:title "公交线路"@zh, "Bus lines"@en ; dct:description "站点" ;
  dct:publisher [ a foaf:Agent ; foaf:name "江苏省公安厅"@zh ] ; dcat:keyword "交通"@zh ;
  dct:accessRights <http://publications.europa.eu/resource/authority/access-right/RESTRICTED> ;
  dct:accrualPeriodicity <http://publications.europa.eu/resource/authority/frequency/ANNUAL_2> ;
  dct:issued "2024-03-01" ; dct:modified "2026-01-02T00:00:00Z" ;
  dcat:theme [ skos:notation "307001" ; skos:prefLabel "部门"@zh ] ;
  dcat:distribution [ a dcat:Distribution ; dct:format "CSV" ] .
"""


def client(site: Site) -> Client:
    return Client([site.host], Limits(30_000_000, 5.0, 0.0), sleep=lambda _seconds: None)


def ckan(site: Site) -> Reader:
    return CkanReader(site.address, client(site))


def dcat(site: Site, path: str) -> Reader:
    return DcatReader(site.address + path, client(site))


def every_page(reader: Reader) -> list[Page]:
    pages, cursor, names = [], "", []
    while True:
        page = reader.page(cursor, names)
        pages.append(page)
        names = page.names or names
        cursor = page.following
        if not cursor:
            return pages


def problem(reader: Reader) -> str:
    with pytest.raises(HarvestProblem) as error:
        reader.page("", [])
    assert error.value.remedy
    return str(error.value.message)


# --- CKAN -----------------------------------------------------------------------------------


def test_ckan_is_read_by_pages_in_a_stable_order(site: Site):
    site.packages = [package(n) for n in range(9)]
    pages = every_page(ckan(site))
    assert [len(page.records) for page in pages] == [4, 4, 1]
    assert {page.told for page in pages} == {9}
    assert all("sort=id+asc" in path for path in site.asked)


def test_without_a_search_packages_are_asked_for_one_by_one(site: Site):
    del site.routes["/api/3/action/package_search"]
    site.packages = [package(n) for n in range(23)]
    by_name = {one["name"]: one for one in site.packages}
    site.routes["/api/3/action/package_list"] = lambda _query: as_json(list(by_name))
    del by_name["data-7"]
    site.routes["/api/3/action/package_show"] = lambda query: (
        as_json(by_name[query["id"]]) if query["id"] in by_name else Reply(status=404)
    )
    names = [*by_name, "data-7"]
    site.routes["/api/3/action/package_list"] = lambda _query: as_json(names)
    pages = every_page(ckan(site))
    assert [len(page.records) for page in pages] == [0, 20, 2]
    assert pages[0].told == 23


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"\xff\xfe",
        b"[" * 100_000,
        b"null",
        b'{"success": false}',
        b'{"success": true, "result": []}',
        b'{"success": true, "result": {"results": []}}',
        b'{"success": true, "result": {"results": {}, "count": 1}}',
        b'{"success": true, "result": {"results": [], "count": "many"}}',
        b'{"success": true, "result": {"results": [], "count": -1}}',
        b'{"success": true, "result": {"results": [], "count": 99999999999999}}',
    ],
)
def test_what_is_no_answer_of_ckan_is_named(site: Site, body: bytes):
    site.serve("/api/3/action/package_search", body)
    assert "cannot be read" in problem(ckan(site))


@pytest.mark.parametrize(
    "odd",
    [
        {"extras": "x", "resources": None, "tags": {}, "groups": [1], "organization": "o"},
        {"extras": [{"key": None}], "tags": [{}], "resources": [{}], "groups": [{"title": None}]},
        {"title": ["a"], "notes": 5, "metadata_created": {}, "url": "javascript:alert(1)"},
    ],
)
def test_odd_packages_do_not_stop_the_reading(site: Site, odd: dict[str, Any]):
    site.packages = [package(0, **odd), 5, None, package(1)]
    (page,) = every_page(ckan(site))
    assert len(page.records) == 4
    assert page.records[0].raw["url"] == f"{site.address}/dataset/data-0"
    assert "broken" in page.records[1].raw


def test_a_text_of_ten_megabytes_is_cut_and_its_length_kept(site: Site):
    site.packages = [package(0, notes="长" * 3_500_000)]
    (page,) = every_page(ckan(site))
    raw = page.records[0].raw
    assert raw["lengths"] == {"description": 3_500_000}
    assert len(raw["description"]) == 8_000


# --- DCAT -----------------------------------------------------------------------------------


def test_a_single_document_says_what_it_holds(site: Site):
    turtle = PREFIXES + "".join(DATASET.format(base=site.address, n=n) for n in range(3))
    site.serve("/catalog.ttl", turtle)
    (page,) = every_page(dcat(site, "/catalog.ttl"))
    assert (len(page.records), page.told, page.sure) == (3, None, True)
    record = page.records[0]
    assert record.identifier == f"{site.address}/set/0"
    assert record.raw == {
        "title": "公交线路",
        "title_en": "Bus lines",
        "description": "站点",
        "department": "江苏省公安厅",
        "uscc": "",
        "tags": ["交通"],
        "themes": [["307001", "部门"]],
        "update_frequency": "每半年",
        "is_open": "有条件开放",
        "data_formats": ["csv"],
        "publish_time": "2024-03-01",
        "update_time": "2026-01-02T00:00:00Z",
        "url": f"{site.address}/set/0",
        "sharing_condition": "",
        "sharing_modes": [],
    }


@pytest.mark.parametrize("name", ["next", "nextPage"])
def test_pages_are_followed_in_both_forms_of_hydra(site: Site, name: str):
    for number in range(3):
        following = f"<> hydra:{name} </p{number + 1}> ." if number < 2 else ""
        total = "<> hydra:totalItems 3 ."
        body = PREFIXES + DATASET.format(base=site.address, n=number) + following + total
        site.serve(f"/p{number}", body)
    pages = every_page(dcat(site, "/p0"))
    assert [page.told for page in pages] == [3, 3, 3]
    assert [r.identifier[-1] for page in pages for r in page.records] == ["0", "1", "2"]


def test_blank_datasets_are_known_by_their_identifier(site: Site):
    site.serve("/c", PREFIXES + '[] a dcat:Dataset ; dct:title "甲" ; dct:identifier "b", "a" .')
    (page,) = every_page(dcat(site, "/c"))
    assert page.records[0].identifier == "a"


def test_json_ld_and_xml_are_read_by_kind_ending_or_look(site: Site):
    context = {"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/"}
    document = {"@context": context, "@id": "urn:x:1", "@type": "dcat:Dataset", "dct:title": "甲"}
    xml = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
      xmlns:dcat="http://www.w3.org/ns/dcat#" xmlns:dct="http://purl.org/dc/terms/">
      <dcat:Dataset rdf:about="urn:x:1"><dct:title>甲</dct:title></dcat:Dataset></rdf:RDF>"""
    site.serve("/a", json.dumps(document), "application/ld+json")
    site.serve("/b.jsonld", json.dumps(document), "application/octet-stream")
    site.serve("/c", xml, "application/rdf+xml; charset=utf-8")
    site.serve("/d", xml, "text/plain")
    for path in ("/a", "/b.jsonld", "/c", "/d"):
        (page,) = every_page(dcat(site, path))
        assert [(r.identifier, r.raw["title"]) for r in page.records] == [("urn:x:1", "甲")], path


BOMB = """<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>
<r xmlns="http://x/">&b;</r>"""
FILE = """<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><r xmlns="http://x/">&a;</r>"""


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("no turtle at all", "text/turtle"),
        ("<a> <b> ", "text/turtle"),
        ("<rdf:RDF>", "application/rdf+xml"),
        (BOMB, "application/rdf+xml"),
        (FILE, "application/rdf+xml"),
        ("{", "application/ld+json"),
        ('{"@context": "http://169.254.169.254/", "@id": "urn:x"}', "application/ld+json"),
        ('[{"a": [{"@context": ["x", {}]}]}]', "application/ld+json"),
        ('{"@context": {"@import": "http://x/"}}', "application/ld+json"),
        ("[" * 50_000, "application/ld+json"),
        ("<!DOCTYPE html><html></html>", "text/html"),
    ],
)
def test_damaged_and_dangerous_graphs_are_refused(site: Site, body: str, kind: str, monkeypatch):
    def no_network(*_args: Any, **_options: Any) -> None:
        raise AssertionError("the parser asked for something itself")

    monkeypatch.setattr("rdflib.parser._urlopen", no_network, raising=False)
    monkeypatch.setattr("urllib.request.urlopen", no_network)
    site.serve("/c", body, kind)
    assert "cannot be read" in problem(dcat(site, "/c"))


def test_an_unannounced_end_is_not_sure(site: Site):
    site.serve("/c", PREFIXES + DATASET.format(base=site.address, n=0), sized=False)
    (page,) = every_page(dcat(site, "/c"))
    assert not page.sure
