"""The resources of a statement: ``*`` or six segments with wildcards (CAM "Resource description", 598/10606)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from yunfn.localcloud.globs import matches
from yunfn.localcloud.tencent.cam.exceptions import MalformedPolicyDocument

_OWNER = re.compile(r"|\*|(?:uin|uid)/(?:[0-9]*|\*|\$\{\w+\})")
# No glob, and no end of a segment.
_VALUE = re.compile(r"[^*?:]+")
_VARIABLE = re.compile(r"\$\{(uin|owner_uin|app_id)\}")


@dataclass(frozen=True, slots=True)
class ResourceGlob:
    """Globs of the segments of resources; ``*`` for every resource has globs that fit all."""

    service: str = "*"
    region: str = "*"
    owner: str = "*"
    name: str = "*"

    def covers(self, resource: str, context: Mapping[str, str | tuple[str, ...]] | None = None) -> bool:
        """Whether a full QCS name is meant; of ``*``, which operations without a resource ask for, only by ``*``.

        Variables ("Policy variables", 598/10607) are the condition keys of their names: ``qcs:uin``.
        """
        if self == ALL:
            return True
        segments = resource.split(":", 5)
        if len(segments) != 6:
            return False
        # COS names owners by uid/<APPID> only, others by uin/<uin> only ("Resource description"): the one never means
        # the other.
        globs = (filled(each, context or {}) for each in (self.service, self.region, self.owner, self.name))
        return all(glob is not None and matches(glob, part) for glob, part in zip(globs, segments[2:], strict=True))


ALL = ResourceGlob()


def filled(text: str, context: Mapping[str, str | tuple[str, ...]]) -> str | None:
    """The text with what its variables stand for; None if the request has no such thing."""
    if "${" not in text:
        return text
    known = {name: context.get(f"qcs:{name}") for name in _VARIABLE.findall(text)}
    if not all(isinstance(value, str) and _VALUE.fullmatch(value) for value in known.values()):
        return None
    return _VARIABLE.sub(lambda found: str(known[found[1]]), text)


def read_resource(where: str, text: str) -> ResourceGlob:
    """The resources that a statement names; raises MalformedPolicyDocument.

    No service and no region mean each; no account, the policy's own: there is no other in a local cloud.
    """
    if text == "*":
        return ALL
    segments = text.split(":", 5)
    if len(segments) != 6 or segments[0] != "qcs" or not segments[5]:
        rule = f"{where}: {text!r} is not qcs:<project>:<service>:<region>:<account>:<resource>."
        raise MalformedPolicyDocument(rule, "ResourceQcsError")
    _, _, service, region, account, name = segments
    if not _OWNER.fullmatch(account):
        raise MalformedPolicyDocument(f"{where}: {account!r} in {text!r} is no uin/ or uid/.", "ResourceUinError")
    if account in ("", "uin/", "uid/"):
        account = "*"
    return ResourceGlob(service or "*", region or "*", account, name)
