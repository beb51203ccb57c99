"""Parsing RDF that strangers wrote: no entities, no contexts from elsewhere, no network."""

import json
import warnings
from typing import Any
from xml.sax import SAXException
from xml.sax.handler import ContentHandler

import defusedxml.sax
from defusedxml import DefusedXmlException
from django.utils.translation import gettext_lazy as _
from rdflib import Graph

from catalog.harvest.problems import unreadable

ACCEPT = "text/turtle, application/rdf+xml;q=0.9, application/ld+json;q=0.8, application/json;q=0.5"
_KINDS = {
    "text/turtle": "turtle", "application/x-turtle": "turtle", "application/rdf+xml": "xml",
    "application/xml": "xml", "text/xml": "xml", "application/ld+json": "json-ld",
    "application/json": "json-ld",
}  # fmt: skip
_ENDINGS = {
    ".ttl": "turtle",
    ".rdf": "xml",
    ".xml": "xml",
    ".jsonld": "json-ld",
    ".json": "json-ld",
}


def parse(body: bytes, kind: str, address: str) -> Graph:
    """The graph of a document; HarvestProblem when it is damaged or asks for what is refused."""
    form = _form(body, kind, address)
    if form == "xml":
        _check_xml(body)
    elif form == "json-ld":
        _check_contexts(body)
    graph = Graph(bind_namespaces="none")
    try:
        with warnings.catch_warnings():
            # rdflib's own reader of JSON-LD stands on a class that rdflib itself deprecates
            warnings.simplefilter("ignore", DeprecationWarning)
            graph.parse(data=body, format=form, publicID=address)
    except RecursionError:
        raise unreadable(_("it is nested too deeply")) from None
    except Exception as error:  # noqa: BLE001 - the parsers raise whatever they come across
        place = f" ({_line(error)})" if _line(error) else ""
        raise unreadable(f"{form}{place}") from None
    return graph


def _form(body: bytes, kind: str, address: str) -> str:
    if kind in _KINDS:
        return _KINDS[kind]
    path = address.partition("?")[0].lower()
    found = next((form for ending, form in _ENDINGS.items() if path.endswith(ending)), "")
    if found:
        return found
    start = body.lstrip()[:1]
    if kind == "text/html" or body.lstrip()[:9].lower() == b"<!doctype":
        raise unreadable(_("it is a page for people, not a graph"))
    return "json-ld" if start in {b"{", b"["} else "xml" if start == b"<" else "turtle"


def _line(error: Exception) -> str:
    """Where a parser stopped, without the text of the document."""
    line = getattr(error, "lines", None)
    line = getattr(error, "getLineNumber", lambda: line)()
    return f"line {line + 1 if hasattr(error, 'lines') else line}" if isinstance(line, int) else ""


def _check_xml(body: bytes) -> None:
    """Entities are refused: a few lines of them fill any memory, or read files of ours."""
    try:
        defusedxml.sax.parseString(body, ContentHandler(), forbid_dtd=False)
    except DefusedXmlException:
        raise unreadable(_("it declares XML entities, which are not read")) from None
    except SAXException as error:
        line = _line(error)
        raise unreadable(f"XML ({line})" if line else "XML") from None
    except ValueError:
        raise unreadable("XML") from None


def _check_contexts(body: bytes) -> None:
    """A context at another address would be loaded from there, past the list of hosts."""
    try:
        found = json.loads(body)
        if _asks_elsewhere(found):
            raise unreadable(_("it refers to a context at another address; write it into the file"))
    except RecursionError:
        raise unreadable(_("it is nested too deeply")) from None
    except ValueError:
        raise unreadable(_("it is not JSON")) from None


def _asks_elsewhere(value: Any) -> bool:
    if isinstance(value, list):
        return any(_asks_elsewhere(one) for one in value)
    if not isinstance(value, dict):
        return False
    if "@import" in value or _names_address(value.get("@context")):
        return True
    return any(_asks_elsewhere(one) for one in value.values())


def _names_address(context: Any) -> bool:
    if isinstance(context, list):
        return any(_names_address(one) for one in context)
    return isinstance(context, str)
