"""Published versions that nothing needs are deleted once another one is live; on both clouds, over a local cloud."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest.mock import Mock

import pytest

from support.fc_function import FcFunction
from support.local_account import account_of
from support.scf_function import LiveFunction
from support.scf_plugin import ScfPlugin
from yunfn.exceptions import CloudAnswerError
from yunfn.provider.function_compute import FunctionCompute
from yunfn.provider.version_pruning import Published, prunable

pytestmark = [
    pytest.mark.usefixtures("quick_retries"),
    pytest.mark.filterwarnings("ignore:ssl\\.:DeprecationWarning"),
]


def published(*numbers: int, others: frozenset[int] = frozenset()) -> list[Published]:
    return [Published(str(each), each not in others) for each in numbers]


@pytest.mark.parametrize(
    ("found", "needed", "keep", "gone"),
    [
        (published(*range(1, 13)), set(), 10, ["1", "2"]),
        # Numbers count as numbers.
        (published(9, 10, 8, 11), set(), 2, ["8", "9"]),
        (published(1, 2, 3, 4), {"1"}, 2, ["2"]),
        (published(1, 2, 3, 4, others=frozenset({2})), set(), 1, ["1", "3"]),
        (published(1, 2), set(), 2, []),
        ([], set(), 1, []),
    ],
)
def test_beyond_the_newest_what_is_own_and_not_needed(
    found: list[Published], needed: set[str], keep: int, gone: list[str]
) -> None:
    assert prunable(found, needed, keep) == gone


class Function:
    """A function with five versions, of which the fourth is somebody else's, and the alias ``other`` on the second."""

    def __init__(self, scf: ScfPlugin, kind: str) -> None:
        self.scf, self.kind = scf, kind
        descriptions = [f"yunfn:{each}" if each != 4 else "by hand" for each in range(1, 6)]
        if kind == "fc":
            self.token, self.main = "yunfn:fc:Alias", "versionId"
            self.fc = FcFunction(scf.cloud)
            self.place: dict[str, Any] = self.fc.place
            for number, each in enumerate(descriptions):
                self.fc.publish(f"v{number}", each)
            self.fc.make_alias("other", "2")
        else:
            self.token, self.main = "yunfn:scf:Alias", "functionVersion"
            self.live = LiveFunction(scf)
            self.place = self.live.place
            for each in descriptions:
                self.live.publish(f"{each} [yunfn:0123456789ab]")
            self.live.ask("CreateAlias", Name="other", FunctionVersion="2")

    def inputs(self, version: str, **more: Any) -> dict[str, Any]:
        return {**self.place, "aliasName": "live", self.main: version, **more}

    def versions(self) -> set[str]:
        return set(self.fc.versions() if self.kind == "fc" else self.live.versions())


@pytest.fixture(params=["fc", "scf"])
def function(scf: ScfPlugin, request: pytest.FixtureRequest) -> Iterator[Function]:
    made = Function(scf, request.param)
    yield made
    if made.kind == "scf":
        # SCF has fifty functions in a namespace.
        made.live.ask("DeleteFunction")


def test_those_that_an_alias_names_or_others_published_stay(scf: ScfPlugin, function: Function) -> None:
    id, made = scf.create(function.token, function.inputs("1", keepVersions=1))
    # Nothing serves yet that could take their place.
    assert len(function.versions()) == 5
    outputs = scf.update(function.token, id, made, function.inputs("5"))
    assert len(function.versions()) == 5
    outputs = scf.update(function.token, id, outputs, function.inputs("5", keepVersions=3))
    assert function.versions() == {"2", "3", "4", "5"}
    scf.update(function.token, id, outputs, function.inputs("5", keepVersions=1))
    assert function.versions() == {"2", "4", "5"}


def test_a_few_versions_ask_nothing_more(scf: ScfPlugin, function: Function) -> None:
    id, made = scf.create(function.token, function.inputs("1", keepVersions=5))
    account = account_of(scf.cloud)
    before = len(account.journal())
    scf.update(function.token, id, made, function.inputs("5", keepVersions=5))
    asked = {line["operation"] for line in account.journal()[before:]}
    assert not {each for each in asked if each.startswith(("List", "Delete"))}


def test_what_goes_wrong_with_it_does_not_undo_what_is_live(
    scf: ScfPlugin, function: Function, monkeypatch: pytest.MonkeyPatch
) -> None:
    id, made = scf.create(function.token, function.inputs("1", keepVersions=1))
    denied = CloudAnswerError("AccessDenied: no", code="UnauthorizedOperation", status=403)
    scf.fail("DeleteFunctionVersion", denied)
    monkeypatch.setattr(FunctionCompute, "delete_version", Mock(side_effect=denied))
    outputs = scf.update(function.token, id, made, function.inputs("5", keepVersions=1))
    assert outputs[function.main] == "5"
    assert len(function.versions()) == 5


def test_less_than_one_is_none(scf: ScfPlugin, function: Function) -> None:
    failures = scf.check(function.token, function.inputs("1", keepVersions=0))
    assert failures == {"keepVersions": "must be at least 1, not 0"}
