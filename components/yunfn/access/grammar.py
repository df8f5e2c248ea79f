"""The two grammars of policy documents: RAM's (Version "1") and CAM's (version "2.0")."""

from __future__ import annotations

from dataclasses import dataclass, field

from yunfn.access.statement import Statement


@dataclass(frozen=True, slots=True)
class Grammar:
    """How one cloud writes policies.

    ``policy_limit`` and ``trust_limit`` are the longest documents it takes and ``session_limit`` the longest session
    policy of its STS, in characters; ``limit_counts_space`` says whether white space counts for the first two.
    ``per_role`` is how many custom policies are attached to one role. ``finding`` begins the ids of its findings.
    """

    name: str
    cloud: str
    version: str
    finding: str
    policy_limit: int
    trust_limit: int
    session_limit: int
    limit_counts_space: bool
    per_role: int


#: Alibaba Cloud (RAM documentation, "Policy structure and syntax", "Limits"; STS documentation, "AssumeRole").
RAM = Grammar(
    name="ram",
    cloud="alibaba",
    version="1",
    finding="YF-RAM",
    policy_limit=6144,
    trust_limit=2048,
    session_limit=2048,
    limit_counts_space=True,
    per_role=20,
)
#: Tencent Cloud (CAM documentation, "Syntax structure" 598/10604, "Use limits"; STS "AssumeRole").
CAM = Grammar(
    name="cam",
    cloud="tencent",
    version="2.0",
    finding="YF-CAM",
    policy_limit=6144,
    trust_limit=6144,
    session_limit=2048,
    limit_counts_space=False,
    per_role=200,
)
GRAMMARS = {each.name: each for each in (RAM, CAM)}


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    """A document that was read: its statements in the order they stand, and where it came from.

    ``text`` is the document as it was read, ``source`` the file or name to tell in findings. A ``trust`` document says
    who may take a role.
    """

    grammar: Grammar
    statements: tuple[Statement, ...]
    trust: bool = False
    source: str = ""
    text: str = field(default="", repr=False)
