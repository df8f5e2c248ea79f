"""Documents are read as the clouds read them; what is wrong is told by line, place and rule, and never as a crash."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from yunfn.access import comparison
from yunfn.access.documents import MAX_CHARACTERS, line_of, parse, read, render
from yunfn.access.grammar import CAM, RAM, Grammar
from yunfn.access.statement import Condition, Statement
from yunfn.exceptions import PolicyDocumentError, ValidationError

INPUTS = Path(__file__).parents[2] / "inputs" / "policies"
EXAMPLES = sorted([*INPUTS.glob("ram/doc-*.json"), *INPUTS.glob("cam/doc-*.json")])

DOCUMENT = """{
  "Version": "1",
  "Statement": [
    {"Effect": "Allow", "Action": "oss:GetObject", "Resource": "*"},
    {
      "Sid": "two", "Effect": "Deny",
      "Action": [
        "oss:*",
        "ots:*"
      ],
      "Resource": "*",
      "Condition": {"NumericLessThan": {"fc:Size": [5, 2.5,
        true]}}
    }
  ]
}
"""


def test_the_examples_of_both_clouds_documentation_are_read() -> None:
    grammars = [read(path).grammar for path in EXAMPLES]
    assert grammars.count(RAM) >= 20
    assert grammars.count(CAM) >= 20


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_an_example_says_the_same_when_written_again(path: Path) -> None:
    document = read(path)
    if any(statement.principals for statement in document.statements) and not document.trust:
        assert document.grammar is CAM
        return
    written = parse(render(document.statements, document.grammar, trust=document.trust, indent=2))
    assert written.statements == document.statements
    assert comparison.equal(written, document)


def test_the_policy_this_began_with_is_taken_byte_for_byte_with_its_masked_name() -> None:
    path = INPUTS / "ram" / "ots-read-policy.json"
    (statement,) = read(path).statements
    assert statement.resources == ("acs:ots:*:*:instance/fc-***/table/wefe_process",)
    assert statement.actions[-1] == "ots:ComputeSplitPointsBySize"
    assert read(str(path)).text.encode() == path.read_bytes()


def test_statements_hold_what_the_document_says() -> None:
    document = parse(DOCUMENT, source="p.json")
    assert (document.grammar, document.trust, document.source, document.text) == (RAM, False, "p.json", DOCUMENT)
    assert document.statements == (
        Statement(("oss:GetObject",), ("*",)),
        Statement(
            ("oss:*", "ots:*"),
            ("*",),
            "Deny",
            (Condition("NumericLessThan", "fc:Size", ("5", "2.5", "true")),),
            sid="two",
        ),
    )


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("", 1),
        ("Version", 2),
        ("Statement[0]", 4),
        ("Statement[0].Action", 4),
        ("Statement[0].Action[0]", 4),
        ("Statement[1].Effect", 6),
        ("Statement[1].Action[1]", 9),
        ("Statement[1].Condition.NumericLessThan.fc:Size[2]", 13),
        ("Statement[1].Resource[0]", 11),
        ("Statement[1].Nothing", 5),
        ("Nothing[3].there", 1),
    ],
)
def test_the_line_of_a_place(path: str, line: int) -> None:
    assert line_of(parse(DOCUMENT), path) == line


def test_cam_takes_one_statement_without_a_list_and_its_places_are_found() -> None:
    text = '{"version": "2.0",\n"statement": {\n"effect": "allow",\n"action": "name/cos:*",\n"resource": "*"}}'
    document = parse(text)
    assert document.statements == (Statement(("name/cos:*",), ("*",)),)
    assert line_of(document, "statement[0].action[0]") == 4
    with pytest.raises(PolicyDocumentError, match="Statement: must be a list"):
        parse('{"Version": "1", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}')


def test_trust_is_told_by_principals() -> None:
    trust = parse(
        '{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"a.b"}}]}'
    )
    assert trust.trust
    assert trust.statements[0].principals == (("Service", ("a.b",)),)
    with pytest.raises(PolicyDocumentError, match=r"Statement\[0\].Principal: a principal belongs in"):
        parse(trust.text, trust=False)
    with pytest.raises(PolicyDocumentError, match="names no resource"):
        parse(DOCUMENT, trust=True)


def test_cams_policies_of_buckets_are_no_trust_and_no_grants() -> None:
    path = INPUTS / "cam" / "doc-elements-principal.json"
    document = read(path)
    assert not document.trust
    kind, names = document.statements[1].principals[0]
    assert (kind, len(names)) == ("qcs", 2)
    for trust in (True, False):
        with pytest.raises(PolicyDocumentError, match="principal"):
            read(path, trust=trust)


def _ram(**changes: Any) -> str:
    statement = {"Effect": "Allow", "Action": "oss:Get", "Resource": "*", **changes}
    return json.dumps({"Version": "1", "Statement": [{k: v for k, v in statement.items() if v is not ...}]}, indent=1)


def _cam(**changes: Any) -> str:
    statement = {"effect": "allow", "action": "cos:Get", "resource": "*", **changes}
    return json.dumps({"version": "2.0", "statement": [{k: v for k, v in statement.items() if v is not ...}]}, indent=1)


@pytest.mark.parametrize(
    ("text", "line", "path", "reason"),
    [
        ('{"Version": "2"}', 1, "Version", 'must be the text "1"'),
        ('{"Version": 1,\n"Statement": []}', 1, "Version", "must be the text"),
        ('{"version": "1.0"}', 1, "version", 'must be the text "2.0"'),
        ('{"Version": "1"}', 1, "", "Statement is missing"),
        ('{"Version": "1",\n"Statement": []}', 2, "Statement", "at least one statement"),
        ('{"Version": "1",\n"Statement": [7]}', 2, "Statement[0]", "not an object"),
        ('{"Version": "1",\n\n"Statements": []}', 3, "Statements", "unknown element"),
        ("{}", 1, "", "which cloud's policy"),
        (_ram(Efect="Allow"), 8, "Statement[0].Efect", "unknown element"),
        (_ram(Effect="allow"), 5, "Statement[0].Effect", "Allow or Deny"),
        (_ram(Effect=...), 4, "Statement[0]", "Allow or Deny"),
        (_ram(Action=...), 4, "Statement[0]", "either Action or NotAction"),
        (_ram(NotAction="*"), 4, "Statement[0]", "either Action or NotAction"),
        (
            _ram(Action=["oss:Get", "GetObject"]),
            8,
            "Statement[0].Action[1]",
            "'GetObject' is not <service>:<operation>",
        ),
        (_ram(Action=["oss:Get", 7]), 8, "Statement[0].Action[1]", "must be a text"),
        (_ram(Action=[]), 6, "Statement[0].Action", "an empty list"),
        (_ram(Action={}), 6, "Statement[0].Action", "must be a text"),
        (_ram(Resource="acs:oss:bucket"), 7, "Statement[0].Resource[0]", "is not acs:<service>"),
        (_ram(Condition={"StringIs": {}}), 9, "Statement[0].Condition.StringIs", "unknown operator"),
        (_ram(Condition={"StringEqual": {}}), 9, "Statement[0].Condition.StringEqual", "operator; write StringEquals"),
        (_ram(Condition={"Bool": 7}), 9, "Statement[0].Condition.Bool", "condition keys"),
        (_ram(Condition={"Bool": {"k": None}}), 10, "Statement[0].Condition.Bool.k", "a value, or a list"),
        (_ram(Condition=[]), 8, "Statement[0].Condition", "object of operators"),
        (_ram(Sid=7), 8, "Statement[0].Sid", "must be a text"),
        (_ram(Principal={"User": "x"}, Resource=...), 8, "Statement[0].Principal.User", "unknown kind"),
        (_ram(Principal={"RAM": "x"}, Resource=...), 8, "Statement[0].Principal.RAM[0]", "names nobody"),
        (_ram(Principal={"Service": "x"}), 7, "Statement[0].Resource", "policies of OSS buckets have a grammar"),
        (_cam(not_action="*"), 8, "statement[0].not_action", "unknown element"),
        (_cam(action="GetObject"), 6, "statement[0].action[0]", "is not <service>"),
        (_cam(resource="qcs::cos:x:account/1:b/*"), 7, "statement[0].resource[0]", "uin/ or uid/"),
        (
            _cam(condition={"string_equals": {}}),
            9,
            "statement[0].condition.string_equals",
            "operator; write string_equal",
        ),
        (_cam(condition={"IpEqual": {}}), 9, "statement[0].condition.IpEqual", "unknown operator; write ip_equal"),
        (
            _cam(condition={"null_equal_if_exist": {}}),
            9,
            "statement[0].condition.null_equal_if_exist",
            "unknown operator",
        ),
        (
            _cam(principal={"service": "example.com"}, resource=...),
            8,
            "statement[0].principal.service[0]",
            "names nobody",
        ),
    ],
)
def test_what_the_cloud_would_refuse_is_told_by_line_place_and_rule(
    text: str, line: int, path: str, reason: str
) -> None:
    with pytest.raises(PolicyDocumentError) as caught:
        parse(text, source="p.json")
    assert (caught.value.source, caught.value.line, caught.value.path) == ("p.json", line, path)
    assert reason in caught.value.reason


_BIG = '{"Version":"1",\n"Statement":[' + "{}," * 80_000 + "{}]}"


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        ("", 1, "not JSON"),
        ('{"Version": "1",\n}', 2, "not JSON"),
        ("[" * 100_000, 1, "deeper"),
        ('{"Version":\n' + '{"a":' * 50_000, 2, "deeper"),
        ('{"Version": "1",\n"Version": "1"}', 2, "twice"),
        ('{"Version": "1",\n"Statement": [{"Effect": "Deny",\n"Effect": "Allow"}]}', 3, "twice"),
        ('{"Version": "1",\n"x": NaN}', 2, "NaN"),
        ('{"Version":\n-Infinity}', 2, "NaN"),
        ('{"Version":\n' + "9" * 5000 + "}", 2, "number"),
        ('{"Version":\n1e999}', 2, "number"),
        ('{"Version": "1",\n"\\ud800": 1}', 2, "surrogate"),
        ('{"Version": "1",\n"x": "\ud800"}', 2, "surrogate"),
        ("\ufeff{}", 1, "byte order mark"),
        (b"\xef\xbb\xbf{}", 1, "byte order mark"),
        (b'{"Version":\n"\xff"}', 2, "not UTF-8"),
        (b"{\x00}", 1, "not JSON"),
        ("null", 1, "not an object"),
        ("x" * 10_000_000, None, "no policy is that long"),
        (b"[" * 10_000_000, None, "no policy is that long"),
        ('"\\"' * 80_000, 1, "not JSON"),
        (_BIG, 2, "Effect must be"),
    ],
    ids=range(21),
)
def test_hostile_texts_are_refused_in_no_time(content: str | bytes, line: int | None, reason: str) -> None:
    began = time.process_time()
    with pytest.raises(PolicyDocumentError, match=reason) as caught:
        parse(content)
    assert caught.value.line == line
    assert len(str(caught.value)) < 400
    assert time.process_time() - began < 4


def test_the_longest_document_looked_at_is_read_and_its_last_line_found_quickly() -> None:
    statement = '{"Effect":"Allow","Action":"oss:Get*","Resource":"acs:oss:*:*:b/*"},\n'
    count = (MAX_CHARACTERS - 100) // len(statement)
    text = '{"Version":"1","Statement":[\n' + (statement * count)[:-2] + "]}"
    began = time.process_time()
    document = parse(text)
    assert line_of(document, f"Statement[{count - 1}].Action") == count + 1
    assert time.process_time() - began < 4


def test_a_file_that_is_not_there_is_the_same_error(tmp_path: Path) -> None:
    with pytest.raises(PolicyDocumentError, match="cannot be read: No such file"):
        read(str(tmp_path / "none.json"))
    with pytest.raises(PolicyDocumentError, match="cannot be read"):
        read(tmp_path)


@pytest.mark.parametrize("grammar", [RAM, CAM], ids=["ram", "cam"])
def test_what_cannot_be_written_is_said(grammar: Grammar) -> None:
    operator = "StringLike" if grammar is RAM else "string_like"
    twice = Statement(("a:b",), ("*",), conditions=(Condition(operator, "k", ("a",)), Condition(operator, "k", ("b",))))
    with pytest.raises(ValidationError, match="asks a key once"):
        render([twice], grammar)
    if grammar is CAM:
        with pytest.raises(ValidationError, match="no element for all but some"):
            render([Statement(("a:b",), ("*",), not_actions=True)], CAM)
