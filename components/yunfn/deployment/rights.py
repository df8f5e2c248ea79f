"""The roles of a stack and what they may do, found in its exported state: pure.

Reads resources of pulumi-alicloud 4 (``ram``), of this product's plugin (``yunfn:cam``) and of
tencentcloud-iac-pulumi 0.2 (``Cam``, by number and by name).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from yunfn.access.documents import parse
from yunfn.access.grammar import CAM, RAM, PolicyDocument

ALIBABA, TENCENT = "alibaba", "tencent"
_GRAMMARS = {ALIBABA: RAM, TENCENT: CAM}
_ROLES = {
    "alicloud:ram/role:Role": ALIBABA,
    "yunfn:cam:Role": TENCENT,
    "tencentcloud:Cam/role:Role": TENCENT,
    "tencentcloud:Cam/roleByName:RoleByName": TENCENT,
}
_POLICIES = {
    "alicloud:ram/policy:Policy": ALIBABA,
    "yunfn:cam:Policy": TENCENT,
    "tencentcloud:Cam/policy:Policy": TENCENT,
    "tencentcloud:Cam/policyByName:PolicyByName": TENCENT,
}
_ATTACHMENTS = {
    "alicloud:ram/rolePolicyAttachment:RolePolicyAttachment": ALIBABA,
    "yunfn:cam:RolePolicyAttachment": TENCENT,
    "tencentcloud:Cam/rolePolicyAttachment:RolePolicyAttachment": TENCENT,
    "tencentcloud:Cam/rolePolicyAttachmentByName:RolePolicyAttachmentByName": TENCENT,
}
# Names of policies that are Tencent's own: the state does not say so (CAM documentation, "Preset policies").
_PRESET_PREFIX = "Qcloud"
_PRESETS = frozenset(("AdministratorAccess", "ReadOnlyAccess"))


@dataclass(frozen=True, slots=True)
class StackRole:
    """A role that a stack makes, or attaches policies to.

    ``cloud`` is ``alibaba`` or ``tencent``, ``name`` the cloud's name of the role, ``urn`` the role's in the stack, or
    an attachment's where the role is made elsewhere (``trust`` is then None, as it is where it is secret).
    ``policies`` are the documents of the stack's own policies that the role has, each with the policy's name as
    ``source``; ``managed`` the names of the cloud's own policies; ``unread`` the names of policies whose documents the
    state does not show: secret, or made elsewhere.
    """

    cloud: str
    name: str
    urn: str
    trust: PolicyDocument | None
    policies: tuple[PolicyDocument, ...] = ()
    managed: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Resource:
    """A resource of one of the kinds above; ``place`` tells providers and accounts apart, "" where nothing does."""

    cloud: str
    id: str
    urn: str
    place: str
    outputs: Mapping[str, Any]

    def text(self, *names: str) -> str:
        """The first output of ``names`` that is there; "" for none, and for a secret, which is an object."""
        return next((str(self.outputs[name]) for name in names if isinstance(self.outputs.get(name), str)), "")

    def called(self, name: str) -> bool:
        """Whether this is the cloud's name of it; RAM does not look at case ("Limits": names are unique so)."""
        own = self.text("roleName", "policyName", "name")
        return own == name or (self.cloud == ALIBABA and own.lower() == name.lower())


def stack_roles(exported: Mapping[str, Any]) -> tuple[StackRole, ...]:
    """The roles in a stack's state (``deployment.export``), by cloud and name, each with what is attached to it.

    Resources that wait to be deleted, or whose creation was not finished, are left out.

    Raises:
        PolicyDocumentError: a document in the state is malformed.
    """
    roles = list(_of(exported, _ROLES))
    policies = list(_of(exported, _POLICIES))
    attached: dict[str, list[_Resource]] = {role.urn: [] for role in roles}
    elsewhere: dict[tuple[str, str, str], list[_Resource]] = {}
    for attachment in _of(exported, _ATTACHMENTS):
        role = _role_of(attachment, roles)
        if role is not None:
            attached[role.urn].append(attachment)
        else:
            key = (attachment.cloud, attachment.place, _role_name(attachment))
            elsewhere.setdefault(key, []).append(attachment)
    found = [
        _told(role.cloud, role.text("roleName", "name"), role.urn, _trust(role), attached[role.urn], policies)
        for role in roles
    ]
    found += [
        _told(cloud, name, attachments[0].urn, None, attachments, policies)
        for (cloud, _, name), attachments in elsewhere.items()
    ]
    return tuple(sorted(found, key=lambda role: (role.cloud, role.name, role.urn)))


def _of(exported: Mapping[str, Any], kinds: Mapping[str, str]) -> Iterator[_Resource]:
    for each in (exported.get("deployment") or {}).get("resources") or []:
        if each["type"] in kinds and each.get("id") and not each.get("delete"):
            outputs = each.get("outputs") or {}
            account = outputs.get("account")
            place = account if isinstance(account, str) else str(each.get("provider") or "")
            yield _Resource(kinds[each["type"]], str(each["id"]), str(each["urn"]), place, outputs)


def _told(
    cloud: str,
    name: str,
    urn: str,
    trust: PolicyDocument | None,
    attachments: list[_Resource],
    policies: list[_Resource],
) -> StackRole:
    documents: dict[str, PolicyDocument] = {}
    managed: set[str] = set()
    unread: set[str] = set()
    for attachment in attachments:
        policy = _policy_of(attachment, policies)
        called = attachment.text("policyName") or attachment.text("policyId") or attachment.id.rpartition("#")[2]
        if policy is None:
            (managed if _is_managed(attachment) else unread).add(called)
            continue
        called = policy.text("policyName", "name") or called
        text = policy.text("policyDocument", "document")
        if text:
            documents[policy.urn] = parse(text, source=called, grammar=_GRAMMARS[cloud], trust=False)
        else:
            unread.add(called)
    return StackRole(
        cloud,
        name,
        urn,
        trust,
        tuple(sorted(documents.values(), key=lambda document: document.source)),
        tuple(sorted(managed)),
        tuple(sorted(unread)),
    )


def _trust(role: _Resource) -> PolicyDocument | None:
    text = role.text("assumeRolePolicyDocument", "policyDocument", "document")
    source = f"trust of {role.text('roleName', 'name')}"
    return parse(text, source=source, grammar=_GRAMMARS[role.cloud], trust=True) if text else None


def _role_of(attachment: _Resource, roles: list[_Resource]) -> _Resource | None:
    """The role that is meant: Tencent's upstream names it by number or by name."""
    number = attachment.text("roleId")
    name = _role_name(attachment)
    return _nearest(
        attachment,
        [
            role
            for role in roles
            if role.cloud == attachment.cloud and (role.id == number if number else role.called(name))
        ],
    )


def _policy_of(attachment: _Resource, policies: list[_Resource]) -> _Resource | None:
    if attachment.cloud == ALIBABA and attachment.text("policyType") != "Custom":
        return None
    number, name = attachment.text("policyId"), attachment.text("policyName")
    return _nearest(
        attachment,
        [
            policy
            for policy in policies
            if policy.cloud == attachment.cloud and (policy.id == number if number else policy.called(name))
        ],
    )


def _nearest(attachment: _Resource, found: list[_Resource]) -> _Resource | None:
    """The one of the attachment's own provider and account if several are called alike."""
    return next((each for each in found if each.place == attachment.place), found[0] if found else None)


def _role_name(attachment: _Resource) -> str:
    return attachment.text("roleName") or attachment.text("roleId")


def _is_managed(attachment: _Resource) -> bool:
    if attachment.cloud == ALIBABA:
        return attachment.text("policyType") == "System"
    name = attachment.text("policyName")
    return attachment.text("policyType") == "QCS" or name.startswith(_PRESET_PREFIX) or name in _PRESETS
