"""The constraints of DCAT-AP 3 as facts, and SHACL shapes made from them.

Source: the shapes that SEMIC publishes with releases 3.0.0 and 3.0.1 of the profile
(https://semiceu.github.io/DCAT-AP/releases/3.0.0/ and https://semiceu.github.io/DCAT-AP/releases/3.0.1/,
files ``shacl/dcat-ap-SHACL.ttl``). One row is one property of a class:

    property  value  count in 3.0.0  count in 3.0.1 (only where it differs; "-": no such property)

A value is a class, a datatype, ``text`` (any literal), ``time`` (a literal that must be a date or a
moment) or ``any`` (3.0.0: class rdfs:Resource; 3.0.1: no literal). Release 3.0.1 says of every
property, too, whether its values are literals; release 3.0.0 does not. The datatypes of times are
those of the file ``html/shacl/shapes.ttl`` of release 3.0.0.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pyshacl import validate
from rdflib import RDF, SH, BNode, Graph, Literal, URIRef
from rdflib.collection import Collection

RELEASES = ("3.0.0", "3.0.1")
PREFIXES = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dct": "http://purl.org/dc/terms/",
    "eli": "http://data.europa.eu/eli/ontology#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "locn": "http://www.w3.org/ns/locn#",
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "time": "http://www.w3.org/2006/time#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
CLASSES = {
    "adms:Identifier": """
        skos:notation               text                        1..1
    """,
    "dcat:Catalog": """
        dcat:catalog                dcat:Catalog                0..*
        dcat:dataset                dcat:Dataset                0..*
        dcat:record                 dcat:CatalogRecord          0..*
        dcat:service                dcat:DataService            0..*
        dcat:themeTaxonomy          skos:ConceptScheme          0..*
        dcatap:applicableLegislation eli:LegalResource          0..*
        dct:creator                 foaf:Agent                  0..1
        dct:description             text                        1..*
        dct:hasPart                 dcat:Catalog                0..*
        dct:issued                  time                        0..1
        dct:language                dct:LinguisticSystem        0..*
        dct:license                 dct:LicenseDocument         0..1
        dct:modified                time                        0..1
        dct:publisher               foaf:Agent                  1..1
        dct:rights                  dct:RightsStatement         0..1    0..*
        dct:spatial                 dct:Location                0..*
        dct:temporal                dct:PeriodOfTime            0..*
        dct:title                   text                        1..*
        foaf:homepage               foaf:Document               0..1
    """,
    "dcat:CatalogRecord": """
        adms:status                 skos:Concept                0..1
        dct:conformsTo              dct:Standard                0..*
        dct:description             text                        0..*
        dct:issued                  time                        0..1
        dct:language                dct:LinguisticSystem        0..*
        dct:modified                time                        1..1
        dct:source                  dcat:CatalogRecord          0..1
        dct:title                   text                        0..*
        foaf:primaryTopic           dcat:Resource               1..1
    """,
    "dcat:DataService": """
        dcat:contactPoint           vcard:Kind                  0..*
        dcat:endpointDescription    any                         0..*
        dcat:endpointURL            any                         1..*
        dcat:keyword                text                        0..*
        dcat:landingPage            foaf:Document               0..*
        dcat:servesDataset          dcat:Dataset                0..*
        dcat:theme                  skos:Concept                0..*
        dcatap:applicableLegislation eli:LegalResource          0..*
        dct:accessRights            dct:RightsStatement         0..1
        dct:conformsTo              dct:Standard                0..*
        dct:description             text                        0..*
        dct:format                  dct:MediaTypeOrExtent       0..*
        dct:license                 dct:LicenseDocument         0..1
        dct:publisher               foaf:Agent                  0..1
        dct:title                   text                        1..*
        foaf:page                   foaf:Document               -       0..*
    """,
    "dcat:Dataset": """
        adms:identifier             adms:Identifier             0..*
        adms:sample                 dcat:Distribution           0..*
        adms:versionNotes           text                        0..*
        dcat:contactPoint           vcard:Kind                  0..*
        dcat:distribution           dcat:Distribution           0..*
        dcat:hasVersion             dcat:Dataset                0..*
        dcat:inSeries               dcat:DatasetSeries          0..*
        dcat:keyword                text                        0..*
        dcat:landingPage            foaf:Document               0..*
        dcat:qualifiedRelation      dcat:Relationship           0..*
        dcat:spatialResolutionInMeters xsd:decimal              0..*
        dcat:temporalResolution     xsd:duration                0..*    0..1
        dcat:theme                  skos:Concept                0..*
        dcat:version                text                        -       0..1
        dcatap:applicableLegislation eli:LegalResource          0..*
        dct:accessRights            dct:RightsStatement         0..1
        dct:accrualPeriodicity      dct:Frequency               0..1
        dct:conformsTo              dct:Standard                0..*
        dct:creator                 foaf:Agent                  0..*
        dct:description             text                        1..*
        dct:identifier              text                        0..*
        dct:isReferencedBy          any                         0..*
        dct:issued                  time                        0..1
        dct:language                dct:LinguisticSystem        0..*
        dct:modified                time                        0..1
        dct:provenance              dct:ProvenanceStatement     0..*
        dct:publisher               foaf:Agent                  0..1
        dct:relation                any                         0..*
        dct:source                  dcat:Dataset                0..*
        dct:spatial                 dct:Location                0..*
        dct:temporal                dct:PeriodOfTime            0..*
        dct:title                   text                        1..*
        dct:type                    skos:Concept                0..1    0..*
        foaf:page                   foaf:Document               0..*
        prov:qualifiedAttribution   prov:Attribution            0..*
        prov:wasGeneratedBy         prov:Activity               0..*
    """,
    "dcat:DatasetSeries": """
        dcat:contactPoint           vcard:Kind                  0..*
        dcatap:applicableLegislation eli:LegalResource          0..*
        dct:accrualPeriodicity      dct:Frequency               0..1
        dct:description             text                        1..*
        dct:issued                  time                        0..1
        dct:modified                time                        0..1
        dct:publisher               foaf:Agent                  0..1
        dct:spatial                 dct:Location                0..*
        dct:temporal                dct:PeriodOfTime            0..*
        dct:title                   text                        1..*
    """,
    "dcat:Distribution": """
        adms:status                 skos:Concept                0..1
        dcat:accessService          dcat:DataService            0..*
        dcat:accessURL              any                         1..*
        dcat:byteSize               xsd:nonNegativeInteger      0..1
        dcat:compressFormat         dct:MediaType               0..1
        dcat:downloadURL            any                         0..*
        dcat:mediaType              dct:MediaType               0..1
        dcat:packageFormat          dct:MediaType               0..1
        dcat:spatialResolutionInMeters xsd:decimal              0..*    0..1
        dcat:temporalResolution     xsd:duration                0..*    0..1
        dcatap:applicableLegislation eli:LegalResource          0..*
        dcatap:availability         skos:Concept                0..1
        dct:conformsTo              dct:Standard                0..*
        dct:description             text                        0..*
        dct:format                  dct:MediaTypeOrExtent       0..1
        dct:issued                  time                        0..1
        dct:language                dct:LinguisticSystem        0..*
        dct:license                 dct:LicenseDocument         0..1
        dct:modified                time                        0..1
        dct:rights                  dct:RightsStatement         0..1    0..*
        dct:title                   text                        0..*
        foaf:page                   foaf:Document               0..*
        odrl:hasPolicy              odrl:Policy                 0..1
        spdx:checksum               spdx:Checksum               0..1
    """,
    "dcat:Relationship": """
        dcat:hadRole                dcat:Role                   1..*
        dct:relation                any                         1..*
    """,
    "dct:LicenseDocument": """
        dct:type                    skos:Concept                0..*
    """,
    "dct:Location": """
        dcat:bbox                   text                        0..1
        dcat:centroid               text                        0..1
        locn:geometry               locn:Geometry               0..1
    """,
    "dct:PeriodOfTime": """
        dcat:endDate                time                        0..1
        dcat:startDate              time                        0..1
        time:hasBeginning           time:Instant                0..1
        time:hasEnd                 time:Instant                0..1
    """,
    "foaf:Agent": """
        dct:type                    skos:Concept                0..1
        foaf:name                   text                        1..*
    """,
    "skos:Concept": """
        skos:prefLabel              text                        1..*
    """,
    "skos:ConceptScheme": """
        dct:title                   text                        1..*
    """,
    "spdx:Checksum": """
        spdx:algorithm              spdx:ChecksumAlgorithm      1..1
        spdx:checksumValue          xsd:hexBinary               1..1
    """,
}
"""The official files target further classes, without a constraint; those are left out."""
OFFICIAL = {
    "3.0.0": {
        "adms:Identifier": 2, "dcat:Catalog": 25, "dcat:CatalogRecord": 12, "dcat:DataService": 17,
        "dcat:Dataset": 36, "dcat:DatasetSeries": 12, "dcat:Distribution": 34,
        "dcat:Relationship": 4, "dct:LicenseDocument": 1, "dct:Location": 4, "dct:PeriodOfTime": 6,
        "foaf:Agent": 3, "skos:Concept": 1, "skos:ConceptScheme": 1, "spdx:Checksum": 6,
    },
    "3.0.1": {
        "adms:Identifier": 3, "dcat:Catalog": 43, "dcat:CatalogRecord": 21, "dcat:DataService": 32,
        "dcat:Dataset": 71, "dcat:DatasetSeries": 22, "dcat:Distribution": 57,
        "dcat:Relationship": 5, "dct:LicenseDocument": 2, "dct:Location": 7, "dct:PeriodOfTime": 10,
        "foaf:Agent": 5, "skos:Concept": 2, "skos:ConceptScheme": 2, "spdx:Checksum": 8,
    },
}  # fmt: skip
"""How many constraints the official file has for each class, counted there."""
TIMES = ("xsd:date", "xsd:dateTime", "xsd:gYear", "xsd:gYearMonth")
NODE, TEXT = "sh:BlankNodeOrIRI", "sh:Literal"


@dataclass(frozen=True, slots=True)
class Constraint:
    """One constraint on one property of the instances of a class; ``value`` as SHACL has it."""

    kind: str
    prop: str
    parameter: str
    value: str | int


def constraints(release: str) -> list[Constraint]:
    """All constraints of the official file of ``release``."""
    found: dict[Constraint, None] = {}
    for kind, table in CLASSES.items():
        for prop, value, *counts in (line.split() for line in table.strip().splitlines()):
            count = counts[min(RELEASES.index(release), len(counts) - 1)]
            if count != "-":
                for parameter, limit in _parameters(value, count, release):
                    found[Constraint(kind, prop, parameter, limit)] = None
    return list(found)


def _parameters(value: str, count: str, release: str) -> Iterator[tuple[str, str | int]]:
    least, _dots, most = count.partition("..")
    if least != "0":
        yield "sh:minCount", int(least)
    if most != "*":
        yield "sh:maxCount", int(most)
    if value.startswith("xsd:"):
        yield "sh:datatype", value
    elif value == "any" and release == "3.0.0":
        yield "sh:class", "rdfs:Resource"
    elif value not in {"any", "text", "time"}:
        yield "sh:class", value
    if release != "3.0.0":
        literal = value in {"text", "time"} or value.startswith("xsd:")
        yield "sh:nodeKind", TEXT if literal else NODE


def name(short: str) -> URIRef:
    """The address that a name with a prefix stands for."""
    prefix, _colon, local = short.partition(":")
    return URIRef(PREFIXES[prefix] + local)


def short(address: object) -> str:
    """The name with a prefix for an address; other nodes as they are."""
    text = str(address)
    for prefix, start in PREFIXES.items():
        if text.startswith(start):
            return f"{prefix}:{text.removeprefix(start)}"
    return text


def shapes() -> Graph:
    """SHACL shapes with the constraints of all releases, and with the datatypes of times."""
    graph = Graph()
    for one in dict.fromkeys(one for release in RELEASES for one in constraints(release)):
        value = Literal(one.value) if isinstance(one.value, int) else name(one.value)
        graph.add((_property(graph, one.kind, one.prop), name(one.parameter), value))
    for kind, table in CLASSES.items():
        for prop, value, *_counts in (line.split() for line in table.strip().splitlines()):
            if value == "time":
                one = _property(graph, kind, prop)
                choices = [BNode() for _datatype in TIMES]
                for node, datatype in zip(choices, TIMES, strict=True):
                    graph.add((node, SH.datatype, name(datatype)))
                graph.add((one, SH["or"], Collection(graph, BNode(), list(choices)).uri))
    return graph


def _property(graph: Graph, kind: str, prop: str) -> BNode:
    """A shape of its own, as in the official file, on the property of the class."""
    shape, one = URIRef(f"urn:shape:{kind}"), BNode()
    graph.add((shape, RDF.type, SH.NodeShape))
    graph.add((shape, SH.targetClass, name(kind)))
    graph.add((shape, SH.property, one))
    graph.add((one, SH.path, name(prop)))
    return one


SHAPES = shapes()


def violations(graph: Graph, *, known: Graph | None = None) -> set[tuple[str, str, str]]:
    """What the profile does not allow: node, property and kind of constraint, by short names.

    ``known`` holds what vocabularies say of their classes, such as their superclasses.
    """
    _conforms, report, _text = validate(
        graph, shacl_graph=SHAPES, ont_graph=known, inplace=False, inference="none"
    )
    return {
        (
            short(report.value(one, SH.focusNode)),
            short(report.value(one, SH.resultPath)),
            short(report.value(one, SH.sourceConstraintComponent)).removeprefix("sh:"),
        )
        for one in report.subjects(RDF.type, SH.ValidationResult)
    }
