"""XML as the object stores speak it: written by small pieces, read from strangers."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


class MalformedDocument(ValueError):
    """What came is no XML, or not the document that was expected; the text says which."""


def leaf(name: str, value: object) -> str:
    """``<name>value</name>``, the value escaped; a truth value as the clouds write it."""
    if value is True or value is False:
        return f"<{name}>{'true' if value else 'false'}</{name}>"
    return f"<{name}>{escape(str(value))}</{name}>"


def branch(name: str, *children: str) -> str:
    """``<name>`` around elements that are XML already."""
    return f"<{name}>{''.join(children)}</{name}>"


def document(name: str, *children: str) -> str:
    """A whole document with root ``name``."""
    return DECLARATION + branch(name, *children)


def parse(body: bytes, root: str) -> Element:
    """The root element of ``body``, namespaces dropped; raises MalformedDocument unless it is ``root``."""
    try:
        found = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise MalformedDocument(str(error)) from None
    assert isinstance(found, Element)
    for element in found.iter():
        element.tag = element.tag.rsplit("}", 1)[-1]
    if found.tag != root:
        raise MalformedDocument(f"root element {found.tag}, expected {root}")
    return found


def text_of(element: Element, path: str, default: str = "") -> str:
    """The text at ``path``, stripped, or ``default`` where there is none."""
    return (element.findtext(path) or default).strip()


def serialize(element: Element) -> str:
    """``element`` without attributes, namespaces and white space between elements."""
    children: Iterable[Element] = list(element)
    if children:
        return branch(element.tag, *(serialize(child) for child in children))
    return leaf(element.tag, (element.text or "").strip())
