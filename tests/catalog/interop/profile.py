"""What DCAT-AP 3.0 asks of a graph, as a table of facts (SEMIC, shapes of release 3.0.0).

Per class: properties that must be there, properties that may be there once, and the class that
the object of a property must have.
"""

from rdflib import RDF, Graph, Literal, Namespace
from rdflib.namespace import DCTERMS, FOAF, SKOS, XSD

from catalog.interop.dcat import DCAT

VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
MUST = {
    DCAT.Catalog: [DCTERMS.title, DCTERMS.description, DCTERMS.publisher],
    DCAT.Dataset: [DCTERMS.title, DCTERMS.description],
    DCAT.Distribution: [DCAT.accessURL],
    FOAF.Agent: [FOAF.name],
    SKOS.Concept: [SKOS.prefLabel],
    SKOS.ConceptScheme: [DCTERMS.title],
}
ONCE = {
    DCAT.Catalog: [DCTERMS.publisher, DCTERMS.license, DCTERMS.issued, FOAF.homepage],
    DCAT.Dataset: [
        DCTERMS.publisher, DCTERMS.accessRights, DCTERMS.accrualPeriodicity, DCTERMS.issued,
        DCTERMS.modified, DCAT.version,
    ],
    DCAT.Distribution: [DCTERMS.rights, DCTERMS.license, DCAT.mediaType, DCTERMS.issued],
}  # fmt: skip
LITERAL = {
    DCTERMS.title, DCTERMS.description, DCTERMS.identifier, DCAT.keyword, FOAF.name,
    SKOS.prefLabel, DCAT.version,
}  # fmt: skip
DATED = {DCTERMS.issued, DCTERMS.modified}
RANGE = {
    DCTERMS.publisher: FOAF.Agent, DCAT.contactPoint: VCARD.Kind, DCTERMS.spatial: DCTERMS.Location,
    DCAT.theme: SKOS.Concept, DCTERMS.accessRights: DCTERMS.RightsStatement,
    DCTERMS.accrualPeriodicity: DCTERMS.Frequency, DCAT.distribution: DCAT.Distribution,
    DCTERMS.rights: DCTERMS.RightsStatement, DCTERMS.conformsTo: DCTERMS.Standard,
    DCTERMS.language: DCTERMS.LinguisticSystem, DCAT.landingPage: FOAF.Document,
    FOAF.homepage: FOAF.Document, DCAT.dataset: DCAT.Dataset,
    DCAT.themeTaxonomy: SKOS.ConceptScheme,
}  # fmt: skip


def violations(graph: Graph) -> list[str]:
    """Everything in the graph that the profile does not allow."""
    return [*_numbers(graph), *_kinds(graph)]


def _numbers(graph: Graph) -> list[str]:
    found = []
    for kind, properties in MUST.items():
        for node in graph.subjects(RDF.type, kind):
            found += [f"{node} lacks {p}" for p in properties if graph.value(node, p) is None]
    for kind, properties in ONCE.items():
        for node in graph.subjects(RDF.type, kind):
            found += [f"{node}: {p}" for p in properties if len([*graph.objects(node, p)]) > 1]
    return found


def _kinds(graph: Graph) -> list[str]:
    found = []
    for node, prop, value in graph:
        if prop in LITERAL and not isinstance(value, Literal):
            found.append(f"{node}: {prop} is not a literal")
        if prop in DATED and value.datatype not in {XSD.date, XSD.dateTime}:
            found.append(f"{node}: {prop} is not a date")
        if prop in RANGE and (value, RDF.type, RANGE[prop]) not in graph:
            found.append(f"{node}: {prop} is not a {RANGE[prop]}")
    return found
