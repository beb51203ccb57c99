"""Reading a catalog as DCAT graphs: a single document, or pages that name the next one (hydra)."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urljoin

from rdflib import RDF, BNode, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF, SKOS
from rdflib.term import Node

from catalog.harvest.fetching import Client
from catalog.harvest.graphs import ACCEPT, parse
from catalog.harvest.reading import (
    CYCLE_WORDS,
    OPEN_WORDS,
    Page,
    Record,
    clean,
    first_text,
    link_of,
    mode_of,
    shortened,
)
from catalog.interop.dcat import ACCESS, DCAT, FREQUENCY, HYDRA
from portal.organisation import uscc

_CYCLES = {
    **{name: CYCLE_WORDS[cycle] for cycle, name in FREQUENCY.items()},
    "CONT": "实时", "HOURLY": "实时", "DAILY_2": "每日", "BIWEEKLY": "每两周", "MONTHLY_2": "每半月",
    "BIMONTHLY": "双月", "ANNUAL_3": "每四个月", "BIENNIAL": "每两年", "TRIENNIAL": "每三年",
    "UNKNOWN": "", "OTHER": "其他", "NEVER": "不更新",
}  # fmt: skip
_RIGHTS = {str(address).rpartition("/")[2]: OPEN_WORDS[kind] for kind, address in ACCESS.items()}
_ENGLISH, _CHINESE = ("en",), ("zh", "zh-hans", "zh-cn", "zh-hans-cn")


class DcatReader:
    """Reads the catalog that begins at ``address``."""

    def __init__(self, address: str, client: Client) -> None:
        self._address, self._client = address, client

    def page(self, cursor: str, names: Sequence[str]) -> Page:
        """The page at the address ``cursor``; the first one is that of the source."""
        del names
        address = cursor or self._address
        answer = self._client.get(address, ACCEPT)
        graph = parse(answer.body, answer.kind, answer.address)
        following = _following(graph, answer.address)
        records = [_record(graph, dataset, answer.address) for dataset in _datasets(graph)]
        return Page(
            records,
            following if following != address else "",
            _total(graph),
            sure=answer.sized,
        )


def _datasets(graph: Graph) -> list[Node]:
    """Datasets of the page in one order: by address, those without one last."""
    found = {
        *graph.subjects(RDF.type, DCAT.Dataset),
        *graph.subjects(RDF.type, DCAT.DatasetSeries),
        *(node for node in graph.objects(None, DCAT.dataset) if not isinstance(node, Literal)),
    }
    return sorted(found, key=lambda node: (isinstance(node, BNode), str(node)))


def _following(graph: Graph, address: str) -> str:
    for name in (HYDRA["next"], HYDRA.nextPage):
        for node in graph.objects(None, name):
            return clean(urljoin(address, str(node)))
    return ""


def _total(graph: Graph) -> int | None:
    texts = (text for text in _texts(graph, None, HYDRA.totalItems) if text.isdecimal())
    return max((int(text) for text in texts if len(text) < 10), default=None)


def _record(graph: Graph, dataset: Node, address: str) -> Record:
    identifiers = sorted(_texts(graph, dataset, DCTERMS.identifier))
    own = str(dataset) if isinstance(dataset, URIRef) else ""
    return Record(
        clean(own or first_text(identifiers)), shortened(_values(graph, dataset, address))
    )


def _values(graph: Graph, dataset: Node, address: str) -> dict[str, Any]:
    distributions = list(graph.objects(dataset, DCAT.distribution))
    landing = first_text(graph.objects(dataset, DCAT.landingPage))
    publisher = next(iter(sorted(graph.objects(dataset, DCTERMS.publisher), key=str)), None)
    modes = sorted(filter(None, (mode_of(str(node)) for node in distributions)))
    return {
        "title": _in(graph, dataset, DCTERMS.title, _CHINESE),
        "title_en": _only(graph, dataset, DCTERMS.title, _ENGLISH),
        "description": _in(graph, dataset, DCTERMS.description, _CHINESE),
        "department": _in(graph, publisher, FOAF.name, _CHINESE),
        "uscc": next(
            filter(uscc.is_valid, sorted(_texts(graph, publisher, DCTERMS.identifier))), ""
        ),
        "tags": sorted(_texts(graph, dataset, DCAT.keyword)),
        "themes": sorted(_themes(graph, dataset)),
        "update_frequency": _cycle(graph, dataset),
        "is_open": _RIGHTS.get(_last(graph, dataset, DCTERMS.accessRights), ""),
        "data_formats": sorted(_formats(graph, distributions)),
        "publish_time": first_text(sorted(_texts(graph, dataset, DCTERMS.issued))),
        "update_time": first_text(sorted(_texts(graph, dataset, DCTERMS.modified))[-1:]),
        "url": link_of(landing or str(dataset), address, ""),
        "sharing_condition": _condition(graph, distributions),
        "sharing_modes": list(dict.fromkeys(modes)),
    }


def _texts(graph: Graph, subject: Node | None, name: URIRef) -> Iterator[str]:
    for node in graph.objects(subject, name):
        if isinstance(node, Literal):
            yield str(node)


def _literals(graph: Graph, subject: Node | None, name: URIRef) -> list[tuple[str, str]]:
    """Language and text of each literal, in one order; nothing of no subject."""
    if subject is None:
        return []
    found = (node for node in graph.objects(subject, name) if isinstance(node, Literal))
    return sorted(((node.language or "").lower(), str(node)) for node in found)


def _in(graph: Graph, subject: Node | None, name: URIRef, languages: Sequence[str]) -> str:
    """The text in one of the languages, else one without a language, else any."""
    found = _literals(graph, subject, name)
    ranked = sorted(found, key=lambda pair: (pair[0] not in languages, bool(pair[0]), pair))
    return ranked[0][1] if ranked else ""


def _only(graph: Graph, subject: Node, name: URIRef, languages: Sequence[str]) -> str:
    texts = (text for language, text in _literals(graph, subject, name) if language in languages)
    return next(texts, "")


def _last(graph: Graph, subject: Node, name: URIRef) -> str:
    """What the address, or the text, of a value ends in."""
    value = first_text(sorted(str(node) for node in graph.objects(subject, name)))
    return value.rstrip("/#").replace("#", "/").rpartition("/")[2]


def _cycle(graph: Graph, dataset: Node) -> str:
    last = _last(graph, dataset, DCTERMS.accrualPeriodicity)
    return _CYCLES.get(last.upper(), last)


def _themes(graph: Graph, dataset: Node) -> Iterator[list[str]]:
    for node in graph.objects(dataset, DCAT.theme):
        code = first_text(sorted(_texts(graph, node, SKOS.notation)))
        yield [code, _in(graph, node, SKOS.prefLabel, _CHINESE)]


def _formats(graph: Graph, distributions: Sequence[Node]) -> set[str]:
    found = set()
    for node in distributions:
        for name in (DCTERMS["format"], DCAT.mediaType):
            for value in graph.objects(node, name):
                text = first_text(_texts(graph, value, SKOS.prefLabel)) or str(value)
                found.add(text.rstrip("/").rpartition("/")[2].lower())
    return found


def _condition(graph: Graph, distributions: Sequence[Node]) -> str:
    for node in sorted(distributions, key=str):
        for rights in graph.objects(node, DCTERMS.rights):
            if isinstance(rights, Literal):
                return str(rights)
            if text := _in(graph, rights, DCTERMS.description, _CHINESE):
                return text
    return ""
