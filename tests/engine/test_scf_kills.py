"""Kills in the middle of making each resource of SCF: the next ``up`` ends in what is declared, nothing twice."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.local_account import LocalAccount
from support.pulumi_cli import PulumiCli
from support.running_update import RunningUpdate
from support.scf_judge import ScfJudge
from support.slow_relay import slow_relay

pytestmark = pytest.mark.engine
# Seconds of Creating and Publishing: long enough to be seen, and struck.
HELD = 1.0
There = Callable[[ScfJudge, str], object]

#: What shows that SCF is at work for a resource, whose plugin waits.
WAITS: dict[str, There] = {
    "layer": lambda judge, name: "Publishing" in (_layer(judge, name)).values(),
    "function": lambda judge, name: _status(judge, name, "$LATEST") == "Creating",
    "version": lambda judge, name: _status(judge, name, "1") == "Publishing",
}
#: What shows that a resource is there, whose plugin has not heard of it.
ANSWERS: dict[str, There] = {
    "alias": lambda judge, name: judge.found("GetAlias", FunctionName=name, Name="live"),
    "trigger": lambda judge, name: judge.found("GetFunction", FunctionName=name) and judge.triggers(name),
    "domain": lambda judge, name: f"{name}.example.com" in judge.domains(),
}


def _layer(judge: ScfJudge, name: str) -> dict[int, str]:
    return judge.layer(name) if judge.found("GetLayerVersion", LayerName=name, LayerVersion=1) else {}


def _status(judge: ScfJudge, name: str, qualifier: str) -> str | None:
    found = judge.found("GetFunction", FunctionName=name, Qualifier=qualifier)
    return found.Status if found else None


@pytest.fixture(scope="module")
def judge(own_account: LocalAccount) -> Iterator[ScfJudge]:
    made = ScfJudge(own_account, "killed")
    made.transitions(HELD)
    yield made


class Chain:
    """A stack of the six resources, each made after the one before it."""

    def __init__(self, judge: ScfJudge, name: str, folder: Path, programs: Path) -> None:
        self.judge, self.name = judge, name
        self.stack: PulumiCli = judge.account.stack(folder / "stack", programs / "scf_chain.py", name)
        self.stack.configure(
            t__name=name,
            t__account=judge.app_id,
            t__region=judge.account.variables["TENCENTCLOUD_REGION"],
            t__bucket=judge.bucket.name,
            t__code=judge.store("code.zip", "code"),
            t__words=judge.store("words.zip", "words"),
        )

    def killed(self, resource: str, victim: str) -> None:
        """An update whose CLI or plugin (``victim``) is killed in the middle of making ``resource``."""
        if resource in WAITS:
            update = RunningUpdate(self.stack)
            update.wait_until(lambda: WAITS[resource](self.judge, self.name))
            _strike(update, victim)
        else:
            update = self._killed_before_the_answer(resource, victim)
        assert update.end(20) != 0
        if victim == "cli":
            # The file of its lock stays.
            self.stack.run("cancel", "--yes")
        assert resource not in self._recorded()

    def _killed_before_the_answer(self, resource: str, victim: str) -> RunningUpdate:
        struck: list[str] = []
        with slow_relay(self.judge.account.cloud.proxy_port, rate=10e6) as relay:
            proxy = f"http://127.0.0.1:{relay.port}"
            direct = self.stack.environment
            self.stack.environment = {**direct, "HTTPS_PROXY": proxy, "https_proxy": proxy}
            update = RunningUpdate(self.stack)
            self.stack.environment = direct

            def strike() -> None:
                # The cloud's answers wait here.
                if not struck and ANSWERS[resource](self.judge, self.name):
                    struck.append(victim)
                    _strike(update, victim)

            relay.before_answer = strike
            update.end()
        assert struck, update.output
        return update

    def _recorded(self) -> list[str]:
        return [each["urn"].rpartition("::")[2] for each in self.stack.resources()]

    def expect_declared_once(self) -> None:
        """Up ends in what is declared, and everything is there once."""
        self.judge.transitions(0.1)
        self.stack.up()
        name, judge = self.name, self.judge
        assert judge.layer(name) == {1: "Active"}
        assert judge.functions().count(name) == 1
        found = judge.ask("GetFunction", FunctionName=name)
        assert (found.Status, [each.LayerVersion for each in found.Layers]) == ("Active", [1])
        assert judge.ask("GetReservedConcurrencyConfig", FunctionName=name).ReservedMem == 256
        assert judge.versions(name) == ["1"]
        assert judge.aliases(name) == {"$DEFAULT": ("$LATEST", {}), "live": ("1", {})}
        assert list(judge.triggers(name)) == ["http:url:live"]
        assert judge.domains()[f"{name}.example.com"] == [(name, "live", "/*")]


def _strike(update: RunningUpdate, victim: str) -> None:
    """Kill the CLI or the plugin at once; both are gone then."""
    if victim == "plugin":
        update.kill_plugin()
    else:
        update.signal(signal.SIGKILL)
    update.wait_for_plugins_end(5)


@pytest.fixture
def chain(judge: ScfJudge, programs: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Chain:
    judge.transitions(HELD)
    return Chain(judge, f"chain{abs(hash(request.node.name)) % 10**6}", tmp_path, programs)


def test_killed_in_the_middle_of_each_of_the_six_it_goes_on(chain: Chain) -> None:
    for resource, victim in (
        ("layer", "cli"),
        ("function", "plugin"),
        ("version", "cli"),
        ("alias", "plugin"),
        ("trigger", "cli"),
        ("domain", "plugin"),
    ):
        chain.killed(resource, victim)
    chain.expect_declared_once()
    chain.stack.preview("--refresh", "--expect-no-changes")


def test_killed_the_other_way_it_goes_on_and_takes_nobody_elses_function(chain: Chain) -> None:
    """The other victims where it matters most; between them, somebody else makes a function of the name."""
    chain.killed("layer", "plugin")
    judge, name = chain.judge, chain.name
    location = {"CosBucketName": judge.bucket.name.rpartition("-")[0], "CosObjectName": "/code.zip"}
    judge.ask("CreateFunction", FunctionName=name, Code=location, Handler="index.main_handler", Runtime="Python3.6")
    judge.settle(name)
    refused = chain.stack.up(check=False)
    assert refused.code != 0
    assert f"the function default/{name} (its tag yunfn:resource is missing) is there already" in refused.output
    assert judge.ask("GetFunction", FunctionName=name).Layers == []
    judge.delete(name)
    chain.killed("function", "cli")
    chain.killed("version", "plugin")
    chain.expect_declared_once()
    # While the function is replaced, and nothing of it is left but its deletion.
    chain.stack.configure(t__runtime="Python3.9")
    judge.transitions(HELD)
    update = RunningUpdate(chain.stack)
    update.wait_until(lambda: _status(judge, name, "$LATEST") == "Deleting")
    _strike(update, "plugin")
    assert update.end(20) != 0
    chain.expect_declared_once()
    assert judge.ask("GetFunction", FunctionName=name).Runtime == "Python3.9"
