"""Checks a zip from outside: hostile until every entry is checked, then as one that was built here."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

from yunfn.exceptions import RefusedEntryError
from yunfn.packaging.archive import Archive
from yunfn.packaging.ignore import Selection
from yunfn.packaging.manifest import Manifest
from yunfn.packaging.proof.checks import Report, examine
from yunfn.packaging.proof.finding import Finding
from yunfn.packaging.proof.sizes import check_zip_size
from yunfn.packaging.target import Target

_REMAKE = "make it anew with `yunfn layer build`, or zip the tree on Linux with `zip -ry`"
_ADVICE = {
    "archive-bomb": "do not use it: no package unfolds like that by accident",
    "archive-entries": "leave packages out, or write `split: auto` to make several layers",
    "archive-encrypted": "zip it without a password",
    "archive-damaged": "fetch or make it anew",
    "archive-empty": "say what goes into it",
    "archive-name-encoding": "zip it on a system whose file names are UTF-8, or set the zip program to UTF-8",
    "archive-absolute-link": "make the link relative, or put the file itself in",
    "archive-link-escape": "make the link point inside the package, or put the file itself in",
}


def examine_zip(file: Path, target: Target) -> Report:
    """Check the zip ``file`` for ``target``.

    A zip that may not be unpacked gives one finding, whose rule (``archive-…``) says why, and is not looked into any
    further; nothing of it is ever written outside a temporary file without a name.
    """
    size = list(check_zip_size(file.name, file.stat().st_size, target)) if file.is_file() else []
    try:
        with closing(Archive(file, Selection(defaults=False))) as archive:
            manifest = Manifest.of(archive.entries(), archive.label)
            report = examine(manifest.entries, archive.open, target, name=file.name)
            return replace(report, findings=(*size, *report.findings))
    except RefusedEntryError as error:
        advice = _ADVICE.get(error.rule, _REMAKE)
        refused = Finding(error.rule, "error", error.path or file.name, "", error.reason, advice)
        return Report((*size, refused))
