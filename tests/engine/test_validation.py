"""What the cloud would refuse is refused in preview, naming property and rule, and nothing is deployed."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from support.local_account import LocalAccount, writes
from support.pulumi_cli import PulumiCli

pytestmark = pytest.mark.engine
NewStack = Callable[[str], PulumiCli]
# The mistake, the property that the message names, and words of the rule.
MISTAKES = [
    ("handler", "f: handler='index:handler'", "file.function"),
    ("handler's file", "f: handler='elsewhere.handler'", "the code holds no file elsewhere.py"),
    ("initializer", "f: initializer.handler='elsewhere.start'", "the code holds no file elsewhere.py"),
    ("name", "f: function_name='1st'", "1–128 letters"),
    ("environment key", "f: environment='1st'", "keys start with a letter"),
    ("reserved key", "f: environment='FC_REGION'", "reserved by Function Compute"),
    ("memory", "f: memory=1000", "steps of 64 MB"),
    ("cpu", "f: cpu=0.52", "steps of 0.05 vCPU"),
    ("cpu to memory", "f: cpu=4", "1:1 to 1:4"),
    ("disk", "f: disk=1024", "one of 512, 10240 MB"),
    ("timeout", "f: timeout=86401", "1–86400 seconds"),
    ("layer count", "f: layers='6 layers'", "at most 5 layers"),
    ("layer's runtime", "f: layers='words'", "runtime: python3.10 is not supported by the layer, made for python3.12"),
    ("custom runtime", "f: custom_runtime=", "runtime python3.10 takes none"),
    ("alias name", "live: alias_name='LATEST'", "not LATEST"),
    ("weight", "live: additional_weight=1.5", "a decimal from 0 to 1"),
    ("second weight", "live: additional_weight=None", "go together"),
    ("cron", "tick: cron='0 0 * * *'", "5 fields"),
    ("method", "web: source.methods=['FETCH']", "some of GET"),
]
# One is met at once, of the other the program hears when its value is known.
ENDING = [
    ("runtime", "f: runtime='python2.7'", "one of python3, python3.9, python3.10"),
    ("secret environment", "f: environment='4105 bytes'", "at most 4096 bytes"),
]


@pytest.fixture(scope="module")
def stack(module_stack: NewStack, tmp_path_factory: pytest.TempPathFactory) -> PulumiCli:
    code = tmp_path_factory.mktemp("mistaken")
    (code / "index.py").write_text("def handler(event, context):\n    return b''\n")
    made = module_stack("one_mistake")
    made.configure(t__code=str(code))
    return made


def _said(output: str, mistake: str = "") -> str:
    """What was refused, without the line of the program that it names; never a traceback."""
    assert "Traceback" not in output and "unhandled exception" not in output
    start = f"{re.escape(mistake)}: ValidationError: " if mistake else "error: "
    found = re.search(rf"{start}(?:__main__\.py:\d+: )?(.*)", output)
    assert found is not None, output
    return found[1]


@pytest.fixture(scope="module")
def every_mistake(stack: PulumiCli, account: LocalAccount) -> str:
    """What a preview says of a program that makes all of them, one after the other."""
    before = len(account.journal())
    stack.configure(t__mistake="|".join(each[0] for each in MISTAKES))
    refused = stack.preview(check=False)
    assert refused.code != 0
    assert "were not refused" not in refused.output
    assert writes(account.journal()[before:]) == []
    return refused.output


@pytest.mark.parametrize(("mistake", "property", "rule"), MISTAKES, ids=[each[0] for each in MISTAKES])
def test_a_mistake_is_refused_in_preview(mistake: str, property: str, rule: str, every_mistake: str) -> None:
    said = _said(every_mistake, mistake)
    assert said.startswith(property)
    assert rule in said


@pytest.mark.parametrize(("mistake", "property", "rule"), ENDING, ids=[each[0] for each in ENDING])
def test_a_mistake_ends_the_preview(
    mistake: str, property: str, rule: str, stack: PulumiCli, account: LocalAccount
) -> None:
    before = len(account.journal())
    stack.configure(t__mistake=mistake)
    refused = stack.preview(check=False)
    assert refused.code != 0
    said = _said(refused.output)
    assert said.startswith(property)
    assert rule in said
    assert writes(account.journal()[before:]) == []


def test_up_stops_at_its_own_preview_and_nothing_is_deployed(
    new_stack: NewStack, tmp_path: Path, code: Path, account: LocalAccount
) -> None:
    stack = new_stack("one_mistake")
    before = len(account.journal())
    stack.configure(t__mistake="memory", t__code=str(code))
    refused = stack.run("up", "--yes", "--non-interactive", check=False)
    assert refused.code != 0
    assert _said(refused.output).startswith("f: memory=1000")
    assert re.search(r"error: __main__\.py:\d+: f: memory=1000", refused.output)
    assert writes(account.journal()[before:]) == []
    assert stack.resources() == []
    # The same program without the mistake is right.
    stack.configure(t__mistake="none")
    stack.preview()


def test_a_value_that_is_known_only_late_is_refused_before_its_resource(
    new_stack: NewStack, code: Path, account: LocalAccount
) -> None:
    stack = new_stack("one_mistake")
    stack.configure(t__mistake="late name", t__code=str(code))
    stack.preview()
    refused = stack.up(check=False)
    assert refused.code != 0
    assert _said(refused.output).startswith("f: function_name='no name'")
    made = {each["type"] for each in stack.resources()}
    assert "alicloud:oss/bucket:Bucket" in made
    assert not made & {"alicloud:fc/v3Function:V3Function", "yunfn:fc:FunctionVersion"}
