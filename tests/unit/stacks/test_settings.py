"""Settings of stacks that nothing can be made of: refused in one line, before anything is made."""

from __future__ import annotations

import runpy
import sys
from collections.abc import Iterator
from pathlib import Path

import pulumi
import pytest

from unit.alibaba.declared import declare
from yunfn import alibaba

STACKS = Path(__file__).parents[3] / "stacks"
RULE = "3–16 letters, digits and hyphens, a letter first and no hyphen last"
USER = "the name of a RAM user, not an ARN: 1–64 letters, digits and '.', '_', '-'"


def refused(program: str | None, stack: str = "dev", **config: str) -> str:
    """What the stack's program is refused with, in Pulumi's one line; it must not have declared anything."""
    chosen = {} if program is None else {"yunfn__program": program}
    with pytest.raises(pulumi.RunError) as caught:
        declare(lambda: runpy.run_path(str(STACKS / "__main__.py")), stack=stack, **chosen, **config)
    assert not caught.value.declared.cloud  # type: ignore[attr-defined]
    return str(caught.value)


@pytest.fixture(autouse=True)
def programs_are_found(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As Python has it that runs ``stacks``; and layers, which take minutes, are not built where none is wanted."""

    def layer(name: str, **_: object) -> None:
        raise AssertionError(f"the layer {name} would be built")

    monkeypatch.syspath_prepend(str(STACKS))
    monkeypatch.setattr(alibaba, "Layer", layer)
    yield
    sys.modules.pop("federated", None)


@pytest.mark.parametrize(
    "instance", ["ab", "a" * 17, "1abc", "abc-", "a_b_c", "ab*", "acs:ots:instance", " abc", "abc\n", "中文名"]
)
def test_an_instance_that_tablestore_would_not_take_is_refused(instance: str) -> None:
    told = refused("federated", federated__instance=instance, federated__reader="hospital")
    assert told == f"stack dev: federated:instance={instance!r}: {RULE}"


@pytest.mark.parametrize("stack", ["d", "2026-federated"])
def test_a_stack_whose_name_names_no_instance_is_told_the_setting(stack: str) -> None:
    told = refused("federated", stack)
    assert told == f"stack {stack}: federated:instance={stack!r}: {RULE}"


@pytest.mark.parametrize("reader", ["", "acs:ram::1234567890123456:user/hospital", "a b", "a*", "a" * 65, "hospital\n"])
def test_a_reader_that_is_no_users_name_is_refused(reader: str) -> None:
    assert refused("federated", federated__reader=reader) == f"stack dev: federated:reader={reader!r}: {USER}"


@pytest.mark.parametrize("program", [None, "nothing", "__main__", "../stacks/federated", "os"])
def test_a_program_that_is_not_there_is_refused_with_those_that_are(program: str | None) -> None:
    programs = "bootstrap, bootstrap_tencent, federated, image_service, maimai_probe, quotes"
    told = f"stack dev: yunfn:program={program!r}: one of {programs}: pulumi config set yunfn:program NAME"
    assert refused(program) == told
