"""``yunfn access lint``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yunfn.cli.access.completion import finding_ids, managed_policies
from yunfn.cli.access.policy_files import content, refuse_twice, source
from yunfn.cli.deployed.selection import JsonOption, stack_names
from yunfn.deployment import export
from yunfn.exceptions import PolicyDocumentError, ValidationError

if TYPE_CHECKING:
    from yunfn.access.findings import Finding
    from yunfn.access.grammar import PolicyDocument

_STDIN = "-"


def lint(
    files: Annotated[
        list[str] | None,
        typer.Argument(help="Policy documents of RAM or CAM; - is standard input.", show_default=False),
    ] = None,
    role: Annotated[
        bool, typer.Option("--role", help="Take all files as what is attached to one role: rights add up.")
    ] = False,
    managed: Annotated[
        list[str] | None,
        typer.Option(
            "--managed",
            metavar="NAME",
            help="A policy of the cloud that is attached to the role as well.",
            autocompletion=managed_policies,
        ),
    ] = None,
    environment: Annotated[
        list[Path] | None,
        typer.Option("--environment", metavar="FILE", help="Look for secrets in variables: NAME=VALUE lines, or JSON."),
    ] = None,
    stack: Annotated[
        str | None,
        typer.Option(
            "--stack",
            "-s",
            help="Check every role of a stack of the project in this folder.",
            autocompletion=stack_names,
        ),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option(
            "--ignore",
            metavar="ID",
            help="A finding not to report, such as YF-RAM-003.",
            autocompletion=finding_ids,
        ),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 on findings that only inform, too.")] = False,
    json_output: JsonOption = False,
) -> None:
    """Check policy documents of RAM and CAM: rights too wide, of no effect, or enough to take more.

    Exits with 1 on findings (those that only inform do not count) and on a document the cloud would refuse.

    Example: yunfn access lint policy.json --json

    Example: yunfn access lint --role trust.json policy-*.json --managed AliyunOSSFullAccess

    Example: yunfn access lint -s maimai-dev
    """
    from yunfn.access.findings import RULES
    from yunfn.access.findings.rule import MALFORMED

    ignored = {each.upper() for each in ignore or ()}
    if unknown := sorted(ignored - set(RULES)):
        raise typer.BadParameter(f"there is no finding {unknown[0]}; docs/access-findings.md lists them")
    if unread := sorted(each for each in ignored if RULES[each] is MALFORMED):
        raise typer.BadParameter(f"{unread[0]} cannot be ignored: nothing was checked in such a document")
    if not (files or managed or environment or stack):
        raise typer.BadParameter("name a file to check, - for standard input, or a stack by -s")
    refuse_twice(files or ())
    found = _of_files(files or (), together=role or bool(managed), managed=managed or ())
    for file in environment or ():
        found += _of_environment(file)
    if stack:
        found += _of_stack(stack)
    found = [each for each in found if each.id not in ignored]
    _report(found, json_output)
    if any(strict or each.severity != "info" for each in found):
        raise typer.Exit(1)


def _of_files(names: Sequence[str], *, together: bool, managed: Sequence[str]) -> list[Finding]:
    from yunfn.access import documents, tables
    from yunfn.access.findings import lint as checked
    from yunfn.access.findings import lint_role, malformed
    from yunfn.access.grammar import GRAMMARS

    found: list[Finding] = []
    parsed: list[PolicyDocument] = []
    for name in names:
        text = b""
        try:
            text = content(name)
            parsed.append(documents.parse(text, source=source(name)))
        except PolicyDocumentError as error:
            found += malformed(error, text.decode("utf-8-sig", errors="replace"))
    if not together:
        return found + [each for document in parsed for each in checked(document)]
    trusts = [document for document in parsed if document.trust]
    if len(trusts) > 1:
        raise ValidationError("access lint", "--role", trusts[1].source, "a role has one trust document")
    if other := [document for document in parsed if document.grammar is not parsed[0].grammar]:
        reason = f"is of another cloud than {parsed[0].source}: a role has policies of one"
        raise ValidationError("access lint", "--role", other[0].source, reason)
    for name in managed:
        if not any(name in tables.managed(grammar) for grammar in GRAMMARS.values()):
            typer.echo(f"the policy {name} of the cloud is not known here: it is judged by its name alone", err=True)
    policies = [document for document in parsed if not document.trust]
    return [*found, *lint_role(policies, trust=trusts[0] if trusts else None, managed=managed)]


def _of_stack(stack: str) -> list[Finding]:
    """What is found in the roles of a stack, each with all its policies; the source names the role and the policy."""
    from yunfn.access.findings import lint_role
    from yunfn.access.grammar import CAM, RAM
    from yunfn.deployment.rights import stack_roles

    found: list[Finding] = []
    for role in stack_roles(export(stack)):
        grammar = RAM if role.cloud == "alibaba" else CAM
        for each in lint_role(role.policies, trust=role.trust, managed=role.managed, grammar=grammar):
            found.append(replace(each, source=f"{role.cloud} role {role.name}, {each.source}"))
        for name in role.unread:
            typer.echo(f"{role.cloud} role {role.name}: the state does not show the policy {name}", err=True)
    return found


def _of_environment(file: Path) -> Iterator[Finding]:
    from yunfn.access.findings import lint_environment

    found = {name: (value, line) for name, value, line in _variables(_text(file), str(file))}
    for each in lint_environment({name: value for name, (value, _) in found.items()}, str(file)):
        # The path is the variable's name, unless that itself is a secret.
        yield replace(each, line=found[each.path][1] if each.path in found else None)


def _variables(text: str, source: str) -> Iterator[tuple[str, str, int | None]]:
    """Each variable with its value and the line it stands on."""
    if text.lstrip().startswith("{"):
        try:
            values = json.loads(text)
        except ValueError as error:
            raise ValidationError("access lint", "--environment", source, f"is no JSON: {error}") from error
        from yunfn.access.documents.positions import scan

        lines = scan(text)
        for name, value in values.items():
            yield name, value if isinstance(value, str) else json.dumps(value), lines.line(name)
        return
    for number, line in enumerate(text.splitlines(), 1):
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if equals and not name.startswith("#"):
            yield name.strip(), value.strip().strip("\"'"), number


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValidationError("access lint", "--environment", str(file), "is no UTF-8 text") from error


def _report(found: Sequence[Finding], json_output: bool) -> None:
    if json_output:
        typer.echo(json.dumps([_record(each) for each in found], indent=2, ensure_ascii=False))
        return
    colours = {"error": typer.colors.RED, "warning": typer.colors.YELLOW, "info": typer.colors.BLUE}
    for each in found:
        place = f"{each.source}:{each.line}" if each.line else each.source
        severity = typer.style(each.severity, fg=colours[each.severity])
        path = f" {each.path}:" if each.path else ""
        typer.echo(f"{place}: {severity} {each.id}{path} {each.message}")
        typer.echo(f"    {each.remedy}")
    typer.echo(_counted(found))


def _counted(found: Sequence[Finding]) -> str:
    if not found:
        return "no findings"
    numbers = [
        (sum(each.severity == severity for each in found), severity) for severity in ("error", "warning", "info")
    ]
    return ", ".join(f"{number} {severity}{'s' if number > 1 else ''}" for number, severity in numbers if number)


def _record(finding: Finding) -> dict[str, object]:
    record = asdict(finding)
    return {("file" if name == "source" else name): value for name, value in record.items()}
