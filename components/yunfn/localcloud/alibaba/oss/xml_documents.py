"""OSS's XML, and how it refuses XML of strangers."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from yunfn.localcloud import xml_documents
from yunfn.localcloud.alibaba.oss.exceptions import MalformedXML
from yunfn.localcloud.xml_documents import DECLARATION, MalformedDocument, branch, document, leaf, serialize, text_of

__all__ = ["DECLARATION", "MalformedDocument", "branch", "document", "leaf", "parse", "serialize", "text_of"]


def parse(body: bytes, root: str) -> Element:
    """The root element of ``body``, namespaces dropped; raises MalformedXML unless it is ``root``."""
    try:
        return xml_documents.parse(body, root)
    except xml_documents.MalformedDocument as error:
        raise MalformedXML(ErrorDetail=str(error)) from None
