"""What is too long for one policy becomes several that together say the same."""

from __future__ import annotations

import random

import pytest

from yunfn.access.documents import length, parse
from yunfn.access.evaluation import Request, decide
from yunfn.access.grammar import CAM, RAM, Grammar
from yunfn.access.splitting import split
from yunfn.access.statement import Statement
from yunfn.exceptions import ValidationError


def _resource(grammar: Grammar, name: str) -> str:
    return f"acs:oss:*:*:{name}/*" if grammar is RAM else f"qcs::cos::uid/125:{name}-125/*"


@pytest.mark.parametrize("grammar", [RAM, CAM], ids=["ram", "cam"])
def test_each_fits_and_together_they_decide_alike(grammar: Grammar) -> None:
    rng = random.Random(8)
    service = "oss" if grammar is RAM else "cos"
    for _ in range(25):
        limit = rng.choice((400, 700, grammar.session_limit))
        statements = [
            Statement(
                tuple(f"{service}:Action{rng.randrange(20)}" for _ in range(rng.randint(1, 12))),
                tuple(_resource(grammar, f"bucket-{rng.randrange(40)}") for _ in range(rng.randint(1, 15))),
                rng.choice(("Allow", "Allow", "Deny")),
            )
            for _ in range(rng.randint(1, 6))
        ]
        texts = split(statements, grammar, limit)
        assert all(length(text, grammar) <= limit for text in texts)
        documents = [parse(text) for text in texts]
        whole = [parse(text) for text in split(statements, grammar, 10**6)]
        assert len(whole) == 1
        for _ in range(60):
            action = f"{service}:Action{rng.randrange(20)}"
            resource = _resource(grammar, f"bucket-{rng.randrange(40)}").replace("*", "x")
            request = Request(action, resource.replace("::uid", ":ap-x:uid"))
            assert decide(documents, request).reason == decide(whole, request).reason


def test_documents_are_filled() -> None:
    many = [Statement(("oss:GetObject",), tuple(f"acs:oss:*:*:bucket-{i:04}/*" for i in range(600)))]
    texts = split(many, RAM)
    resources = [resource for text in texts for s in parse(text).statements for resource in s.resources]
    assert sorted(resources) == sorted(many[0].resources)
    assert len(texts) == 3
    assert sorted(map(len, texts))[1] > RAM.policy_limit - 40


def test_what_fits_is_one_document_and_nothing_is_none() -> None:
    assert len(split([Statement(("oss:Get",), ("*",)), Statement(("ots:Get",), ("*",), "Deny")], RAM)) == 1
    assert split([], RAM) == ()


def test_white_space_counts_for_ram_alone() -> None:
    spaced = Statement(("cos:Get",), ("qcs::cos::uid/1:b/" + " " * 500 + "x",))
    assert len(split([spaced], CAM, 200)) == 1
    with pytest.raises(ValidationError, match="cannot be cut"):
        split([Statement(("oss:Get",), ("acs:oss:*:*:b/" + " " * 500 + "x",))], RAM, 200)


def test_what_cannot_be_cut_or_attached_is_an_error() -> None:
    turned = Statement(tuple(f"oss:Action{i}" for i in range(100)), ("*",), not_actions=True)
    with pytest.raises(ValidationError, match="at most 500 characters, and this cannot be cut"):
        split([turned], RAM, 500)
    with pytest.raises(ValidationError, match="cannot be cut"):
        split([Statement(("oss:Get",), (f"acs:oss:*:*:{'b' * 7000}",))], RAM)
    many = [Statement(("oss:GetObject",), tuple(f"acs:oss:*:*:{'b' * 300}{i:04}/*" for i in range(500)))]
    with pytest.raises(ValidationError, match=r"28 documents.*at most 20 policies"):
        split(many, RAM)
