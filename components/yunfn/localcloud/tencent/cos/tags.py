"""Tags of buckets and objects (COS documentation, "Bucket tagging", "Object tagging")."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from yunfn.localcloud.tencent.cos.exceptions import InvalidTag
from yunfn.localcloud.tencent.cos.responses.answers import parse
from yunfn.localcloud.xml_documents import branch, document, leaf

MOST_OF_AN_OBJECT, MOST_OF_A_BUCKET = 10, 50
_LONGEST_KEY, _LONGEST_VALUE = 127, 255


def collect(pairs: Iterable[tuple[str, str]], most: int = MOST_OF_AN_OBJECT) -> dict[str, str]:
    """The tags of ``pairs``; raises InvalidTag for one twice, too long, without a key, or for too many."""
    found: dict[str, str] = {}
    for key, value in pairs:
        if key in found or not 1 <= len(key) <= _LONGEST_KEY or len(value) > _LONGEST_VALUE:
            raise InvalidTag(TagKey=key)
        found[key] = value
    if len(found) > most:
        raise InvalidTag(f"There are at most {most} tags.")
    return found


def read(body: bytes, most: int) -> dict[str, str]:
    """The tags of a Tagging document; children in any order."""
    root = parse(body, "Tagging")
    return collect(((tag.findtext("Key") or "", tag.findtext("Value") or "") for tag in root.iter("Tag")), most)


def write(tags: Mapping[str, str]) -> str:
    """The Tagging document."""
    shown = (branch("Tag", leaf("Key", key), leaf("Value", value)) for key, value in tags.items())
    return document("Tagging", branch("TagSet", *shown))
