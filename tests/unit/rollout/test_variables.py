"""Environment variables that a declaration names: a machine that lacks one begins no rollout."""

from __future__ import annotations

import msgspec
import pytest

from support.rollout_memory import run
from support.rollout_runs import World, errors, plan
from yunfn.exceptions import RolloutError, RolloutFailedError
from yunfn.rollout.hook import FunctionCall, HttpCall, Moment
from yunfn.rollout.metric import Prometheus
from yunfn.rollout.routing import Routing
from yunfn.rollout.specification import Specification
from yunfn.rollout.variables import refuse_unset

_SMOKE = HttpCall(name="smoke", moment=Moment.STEP, url="https://ci", headers_from={"Authorization": "SMOKE_TOKEN"})
_FIRST = HttpCall(name="first", moment=Moment.BEFORE, url="https://ci", headers_from={"X-Key": "FIRST_KEY"})
_GUARDED = msgspec.structs.replace(
    errors(), source=Prometheus(address="https://p", query="1", samples="1", token_variable="PROM_TOKEN")
)


def _declared(wait: float | None = None) -> Specification:
    hooks = (_FIRST, FunctionCall(name="own", moment=Moment.STEP), _SMOKE)
    return plan(10, metrics=[errors(), _GUARDED], hooks=hooks, wait=wait)


def test_each_variable_is_named_with_its_use() -> None:
    with pytest.raises(RolloutError) as refused:
        refuse_unset(_declared(), {"PROM_TOKEN": ""})
    for told in (
        "FIRST_KEY (the header X-Key of the hook first)",
        "SMOKE_TOKEN (the header Authorization of the hook smoke)",
        "PROM_TOKEN (the token of errors)",
    ):
        assert told in str(refused.value)
    refuse_unset(_declared(), {"PROM_TOKEN": "p", "FIRST_KEY": "f", "SMOKE_TOKEN": "s"})


@pytest.mark.parametrize("wait", [0.0, 60.0])
def test_what_another_machine_calls_later_needs_no_variable_here(wait: float) -> None:
    refuse_unset(_declared(wait), {"FIRST_KEY": "f"})
    with pytest.raises(RolloutError, match="FIRST_KEY"):
        refuse_unset(_declared(wait), {"SMOKE_TOKEN": "s", "PROM_TOKEN": "p"})


def test_nothing_is_shifted_and_nobody_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SMOKE_TOKEN", raising=False)
    world = World()
    specification = plan(10, hooks=(_SMOKE,))

    async def scenario() -> None:
        with pytest.raises(RolloutError, match=r"hello:live: .*SMOKE_TOKEN.* nothing was changed") as refused:
            await world.controller().driver.roll_out("2", specification)
        assert not isinstance(refused.value, RolloutFailedError)
        assert world.objects == {} and world.alias.moves == []
        monkeypatch.setenv("SMOKE_TOKEN", "s")
        await world.controller("again").driver.roll_out("2", specification)

    run(scenario())
    assert world.alias.routing == Routing("2")


def test_an_unfinished_one_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SMOKE_TOKEN", raising=False)
    world = World()

    async def scenario() -> None:
        await world.controller().driver.roll_out("2", plan(10, wait=0.0))
        written = len(world.objects)
        with pytest.raises(RolloutError, match="SMOKE_TOKEN"):
            await world.controller("newer").driver.roll_out("3", plan(10, hooks=(_SMOKE,)))
        assert len(world.objects) == written

    run(scenario())
    assert world.alias.routing is not None and world.alias.routing.additional == "2"
