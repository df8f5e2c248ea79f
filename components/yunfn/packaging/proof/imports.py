"""Imports every top-level module of a layer in the target's true Python, the layer mounted as the cloud mounts it.

Unzipped at /opt, with the cloud's search paths (FCD "layers", SCFD "layers"), in private namespaces without network
and without the packages that this machine has for that Python. The C library and other system libraries are this
machine's: whether the cloud's would do is what the checks of ELF files are for.
"""

from __future__ import annotations

import json
import keyword
import os
import posixpath
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from yunfn.exceptions import BuildError, PythonNotFoundError
from yunfn.isolation import isolation, run_isolated
from yunfn.packaging.archive import Archive
from yunfn.packaging.ignore import Selection
from yunfn.packaging.proof.distributions import owners, read_distributions
from yunfn.packaging.proof.finding import Finding
from yunfn.packaging.proof.structure import PythonTree
from yunfn.packaging.target import Target
from yunfn.pythons import Interpreter, installed_python

_MODULE_SECONDS = 60
_ALL_SECONDS = 900
_RESULT_BYTES = 64 * 1024**2
_PROBE = Path(__file__).with_name("import_probe.py")
# Folders that packages leave beside themselves, with programs and data and no modules.
_NO_PACKAGES = {"bin", "include", "lib", "lib64", "share", "etc", "man", "doc", "docs"}


@dataclass(frozen=True, slots=True)
class ImportReport:
    """How the imports went: modules that were ``imported``, those ``skipped`` (name -> why), findings on the others."""

    imported: tuple[str, ...]
    skipped: dict[str, str]
    findings: tuple[Finding, ...]


def import_modules(files: Path | Sequence[Path], target: Target, *, allow_unsandboxed: bool = False) -> list[Finding]:
    """The findings of ``import_report``."""
    return list(import_report(files, target, allow_unsandboxed=allow_unsandboxed).findings)


def import_report(files: Path | Sequence[Path], target: Target, *, allow_unsandboxed: bool = False) -> ImportReport:
    """Import every top-level module in the zip (or the zips that make one layer together), each in its own process.

    Args:
        files: The zip, or several that are laid over each other; hostile until each entry is checked.
        target: The runtime they are for.
        allow_unsandboxed: Whether to import them without isolation, with the caller's rights, where this machine
            cannot isolate; they then lie at a temporary folder instead of /opt.

    Raises:
        PythonNotFoundError: the target's Python is not on this machine; nothing is downloaded for this.
        IsolationError: this machine cannot isolate, and ``allow_unsandboxed`` is not given.
        RefusedEntryError: a zip may not be unpacked.
        BuildError: the imports could not be run at all.
    """
    python = installed_python(target.python)
    if python is None:
        raise PythonNotFoundError(
            f"Python {target.python} of {target.name} is not on this machine, so its modules cannot be imported:"
            f" install it (`pyenv install {target.python}`, or `uv python install {target.python}` from 3.8 on)"
        )
    with tempfile.TemporaryDirectory(prefix="yunfn-import-") as folder:
        opt, work = Path(folder, "opt"), Path(folder, "work")
        opt.mkdir(mode=0o755)
        work.mkdir()
        paths: dict[str, str] = {}
        for file in [files] if isinstance(files, Path) else files:
            paths.update(_unpacked(file, opt, target))
        under = f"{target.package_prefix}/" if target.package_prefix else ""
        modules, skipped = top_level_modules([path[len(under) :] for path in paths if path.startswith(under)])
        results = _run(list(modules), python, opt, work, target, allow_unsandboxed)
    findings = []
    for name, path in modules.items():
        error, kind = results.get(name, ("was not reached", "Unreached"))
        if error:
            advice = _advice(error, kind, target)
            findings.append(Finding("import", "error", under + path, paths[under + path], f"{name}: {error}", advice))
    failed = {finding.message.partition(":")[0] for finding in findings}
    return ImportReport(tuple(name for name in modules if name not in failed), skipped, tuple(findings))


def top_level_modules(paths: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """The modules to import, of a tree with these ``paths``: name -> a file of it; and those skipped: name -> why.

    A folder without ``__init__`` is a namespace: the public packages in it are imported, as ``google.protobuf``.
    """
    tree = PythonTree.of(paths)
    modules: dict[str, str] = {}
    skipped: dict[str, str] = {}
    found: dict[str, str] = {}
    for folder, names in tree.roots().items():
        if folder and (tree.inside_package(folder) or folder.partition("/")[0] in _NO_PACKAGES):
            continue
        for name in names:
            path = posixpath.join(folder, name)
            found[path.replace("/", ".")] = _file(path, paths)
    for name in tree.modules.get("", ()):
        found.setdefault(name, _file(name, paths))
    for name in sorted(found):
        parts = name.split(".")
        if parts[-1] == "__main__":
            skipped[name] = "it is a program, not a module"
        elif len(parts) > 1 and parts[-1].startswith("_"):
            skipped[name] = "it is a private part of a namespace"
        elif not all(part.isidentifier() and not keyword.iskeyword(part) for part in parts):
            skipped[name] = "no import statement can name it"
        else:
            modules[name] = found[name]
    return modules, skipped


def _file(module: str, paths: Sequence[str]) -> str:
    """The file of a module, for people to find it by; shortest first, so that ``x.py`` comes before ``x/…``."""
    inits = [path for path in paths if path.startswith((f"{module}.", f"{module}/__init__."))]
    return min(inits, key=lambda path: (len(path), path))


def _unpacked(file: Path, opt: Path, target: Target) -> dict[str, str]:
    """Unzip ``file`` into ``opt``; its paths and the packages they belong to."""
    with closing(Archive(file, Selection(defaults=False))) as archive:
        sizes = {entry.path: entry.size for entry in archive.unpack(opt).entries}
        found = read_distributions(sizes, archive.open, target.package_prefix)
        return {**dict.fromkeys(sizes, ""), **owners(found, target.package_prefix)}


def _run(
    modules: Sequence[str], python: Interpreter, opt: Path, work: Path, target: Target, allow_unsandboxed: bool
) -> dict[str, tuple[str, str]]:
    """Error and its kind of each module, empty where it was imported."""
    task = {"modules": list(modules), "seconds": _MODULE_SECONDS, "workers": max(2, os.cpu_count() or 2)}
    (work / "task.json").write_text(json.dumps(task))
    (work / "probe.py").write_bytes(_PROBE.read_bytes())
    isolated = isolation().mode == "namespaces"
    root = "/opt" if isolated else str(opt)
    # Without isolation nothing hides this machine's packages but leaving the site module out.
    flags = ["-B"] if isolated else ["-B", "-S"]
    outcome = run_isolated(
        [str(python.executable), *flags, "probe.py", "task.json", "results.json"],
        folder=work,
        environment=cloud_paths(root, target),
        readable=python.prefixes,
        timeout=_ALL_SECONDS,
        allow_unsandboxed=allow_unsandboxed,
        mounted={"/opt": opt},
        hidden=[path for path in python.packages if path.is_dir()],
    )
    if outcome.code and not outcome.timed_out:
        said = " ".join(outcome.output.split())[-1000:]
        raise BuildError(f"the modules cannot be imported in Python {python.full} here: {said or outcome.code}")
    return _answers(work / "results.json")


def _answers(file: Path) -> dict[str, tuple[str, str]]:
    """What the probe wrote down; modules may have written there too, so it is read as a stranger's."""
    try:
        with os.fdopen(os.open(file, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb") as stream:
            lines = stream.read(_RESULT_BYTES).decode().splitlines()
        answers = [json.loads(line) for line in lines]
        return {str(answer["module"]): (str(answer["error"]), str(answer["kind"])) for answer in answers}
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise BuildError(f"the modules were imported, but how it went cannot be read: {error}") from error


def cloud_paths(root: str, target: Target) -> dict[str, str]:
    """The search paths that the target's functions have for a layer unzipped at ``root``.

    A custom runtime sets none by itself: these are then what its functions are told to set.
    """
    runtime = target.runtime
    packages = posixpath.join(root, target.package_prefix).rstrip("/")
    libraries = posixpath.join(root, runtime.library_path).rstrip("/")
    return {"PYTHONPATH": packages, "LD_LIBRARY_PATH": libraries, "PATH": f"/usr/local/bin:/usr/bin:/bin:{root}/bin"}


def _advice(error: str, kind: str, target: Target) -> str:
    if kind == "ModuleNotFoundError":
        return "add the missing package to the requirements, or leave this module out by `exclude:`"
    if "cannot open shared object file" in error:
        return "bring the library under `libraries:`, or take a wheel that carries it"
    if kind == "SyntaxError":
        return f"it is written for another Python than {target.python}: pin a version for it"
    return "pin another version, or leave the module out by `exclude:`"
