"""A library that is needed is found where the loader would find it, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from yunfn.packaging.proof import Finding

from .conftest import Compile, rules

Findings = Callable[..., list[Finding]]
PLAIN = "int answer(void) { return 42; }"
USER = "int answer(void); int use(void) { return answer(); }"


@pytest.fixture
def library(compiled: Compile) -> Path:
    """libanswer.so.1, which the users below need."""
    return compiled(PLAIN, "-Wl,-soname,libanswer.so.1", name="libanswer.so.1")


@pytest.fixture
def user(compiled: Compile, library: Path) -> Callable[..., Path]:
    """A library that needs libanswer.so.1, with these linker flags."""

    def made(*flags: str) -> Path:
        return compiled(USER, str(library), *flags)

    return made


def test_missing(findings: Findings, user: Callable[..., Path]) -> None:
    found = findings({"python/use.so": user()}, "alibaba:python3")
    assert rules(found) == ["elf-missing-library"]
    assert found[0].severity == "error"
    assert "needs libanswer.so.1, which neither this package nor alibaba:python3 (Debian 9) has" in found[0].message
    assert "/opt/lib" in found[0].advice


@pytest.mark.parametrize(("target", "place"), [("alibaba:python3", "lib/"), ("tencent:Python3.6", "")])
def test_on_the_search_path(
    findings: Findings, user: Callable[..., Path], library: Path, target: str, place: str
) -> None:
    prefix = "python/" if target.startswith("alibaba") else ""
    assert findings({f"{prefix}use.so": user(), f"{place}libanswer.so.1": library}, target) == []


@pytest.mark.parametrize(("target", "place"), [("alibaba:python3", ""), ("tencent:Python3.6", "lib/")])
def test_beside_the_search_path(
    findings: Findings, user: Callable[..., Path], library: Path, target: str, place: str
) -> None:
    prefix = "python/" if target.startswith("alibaba") else ""
    found = findings({f"{prefix}use.so": user(), f"{place}libanswer.so.1": library}, target)
    assert [(f.rule, f.severity) for f in found] == [("elf-library-path", "warning")]
    assert f"stands at {place}libanswer.so.1" in found[0].message


def test_by_a_link(findings: Findings, user: Callable[..., Path], library: Path) -> None:
    """Links are followed, to files and through folders; one that leads nowhere finds nothing."""
    files = {"python/use.so": user(), "real/libanswer.so.1.0.2": library}
    assert findings(files, "alibaba:python3", {"lib/libanswer.so.1": "../real/libanswer.so.1.0.2"}) == []


def test_by_a_link_to_a_folder(findings: Findings, user: Callable[..., Path], library: Path) -> None:
    assert (
        findings({"python/use.so": user(), "lib64/libanswer.so.1": library}, "alibaba:python3", {"lib": "lib64"}) == []
    )


def test_by_a_dead_link(findings: Findings, user: Callable[..., Path]) -> None:
    found = findings({"python/use.so": user()}, "alibaba:python3", {"lib/libanswer.so.1": "gone"})
    assert rules(found) == ["elf-missing-library"]


def test_by_links_in_a_circle(findings: Findings, user: Callable[..., Path]) -> None:
    links = {"lib/libanswer.so.1": "b", "lib/b": "libanswer.so.1"}
    assert rules(findings({"python/use.so": user()}, "alibaba:python3", links)) == ["elf-missing-library"]


def test_by_its_own_run_path(findings: Findings, user: Callable[..., Path], library: Path) -> None:
    """As auditwheel lays out wheels: ``$ORIGIN/../package.libs``."""
    use = user("-Wl,-rpath,$ORIGIN/../package.libs")
    files = {"python/package/use.so": use, "python/package.libs/libanswer.so.1": library}
    assert findings(files, "alibaba:python3") == []
    moved = {"python/deep/package/use.so": use, "python/package.libs/libanswer.so.1": library, "python/a.py": b""}
    found = findings(moved, "alibaba:python3")
    assert [f.path for f in found if f.rule == "elf-library-path"] == ["python/deep/package/use.so"]


def test_by_an_absolute_run_path(findings: Findings, user: Callable[..., Path], library: Path) -> None:
    files = {"python/use.so": user("-Wl,-rpath,/opt/vendor"), "vendor/libanswer.so.1": library}
    assert findings(files, "alibaba:python3") == []


def test_by_the_rpath_of_what_loads_it(findings: Findings, compiled: Compile, library: Path) -> None:
    """DT_RPATH counts for all that a file loads, however deep; DT_RUNPATH for the file alone (ld.so(8))."""
    middle = compiled(USER, str(library), "-Wl,-soname,libmiddle.so.1", name="libmiddle.so.1")
    source = "int use(void); int outer(void) { return use(); }"
    folder = {"python/a.libs/libmiddle.so.1": middle, "python/a.libs/libanswer.so.1": library}
    inherits = compiled(source, str(middle), "-Wl,-rpath,$ORIGIN/a.libs", "-Wl,--disable-new-dtags")
    assert findings({"python/outer.so": inherits, **folder}, "alibaba:python3") == []


def test_by_the_run_path_of_what_loads_it(findings: Findings, compiled: Compile, library: Path) -> None:
    middle = compiled(USER, str(library), "-Wl,-soname,libmiddle.so.1", name="libmiddle.so.1")
    source = "int use(void); int outer(void) { return use(); }"
    folder = {"python/a.libs/libmiddle.so.1": middle, "python/a.libs/libanswer.so.1": library}
    own = compiled(source, str(middle), "-Wl,-rpath,$ORIGIN/a.libs", "-Wl,--enable-new-dtags")
    found = findings({"python/outer.so": own, **folder}, "alibaba:python3")
    assert [(f.rule, f.path) for f in found] == [("elf-library-path", "python/a.libs/libmiddle.so.1")]


def test_a_file_for_another_machine_is_passed_over(
    findings: Findings, user: Callable[..., Path], compiled: Compile
) -> None:
    arm = compiled(PLAIN, system="aarch64-linux-gnu.2.17", name="libanswer.so.1")
    found = findings({"python/use.so": user(), "lib/libanswer.so.1": arm}, "alibaba:python3")
    assert rules(found) == ["elf-architecture", "elf-missing-library"]


def test_a_library_without_the_version(findings: Findings, compiled: Compile, tmp_path: Path) -> None:
    versions = {}
    for number in ("1.0", "2.0"):
        script = tmp_path / f"{number}.map"
        script.write_text(f"ANSWER_{number} {{ global: answer; local: *; }};")
        flags = (f"-Wl,--version-script={script}", "-Wl,-soname,libanswer.so.1")
        versions[number] = compiled(PLAIN, *flags, name="libanswer.so.1")
    files = {"python/use.so": compiled(USER, str(versions["2.0"])), "lib/libanswer.so.1": versions["1.0"]}
    found = findings(files, "alibaba:python3")
    assert rules(found) == ["elf-symbol-version"]
    assert "needs ANSWER_2.0 of libanswer.so.1, which lib/libanswer.so.1" in found[0].message


@pytest.mark.parametrize(
    ("soname", "target", "severity", "advice"),
    [
        ("libGL.so.1", "alibaba:python3.10", "error", "without a desktop"),
        ("libGL.so.1", "alibaba:python3.9", "warning", "to be sure"),
        ("libc.musl-x86_64.so.1", "alibaba:python3.10", "error", "Alpine"),
        ("libpython3.6m.so.1.0", "alibaba:python3", "warning", "without linking libpython"),
        ("libpython3.9.so.1.0", "alibaba:python3", "error", "`libraries:`"),
        ("libssl.so.10", "alibaba:python3.10", "error", "`libraries:`"),
        ("libssl.so.10", "tencent:Python3.10", "", ""),
        ("libssl.so.1.1", "alibaba:python3.10", "", ""),
        ("libssl.so.1.1", "alibaba:custom.debian12+python3.11", "error", "`libraries:`"),
    ],
)
def test_what_the_system_has(
    findings: Findings, compiled: Compile, soname: str, target: str, severity: str, advice: str
) -> None:
    theirs = compiled(PLAIN, f"-Wl,-soname,{soname}", name=soname)
    prefix = "python/" if target.startswith("alibaba") else ""
    found = findings({f"{prefix}use.so": compiled(USER, str(theirs))}, target)
    assert [f.severity for f in found] == ([severity] if severity else [])
    assert not severity or advice in found[0].advice


@pytest.mark.parametrize(
    ("version", "needed", "allowed"),
    [
        ("GLIBCXX_3.4.26", "tencent:Python3.6", "GLIBCXX_3.4.19"),
        ("CXXABI_1.3.12", "alibaba:python3.10", "CXXABI_1.3.11"),
    ],
)
def test_the_c_plus_plus_library(
    findings: Findings, compiled: Compile, tmp_path: Path, version: str, needed: str, allowed: str
) -> None:
    script = tmp_path / "versions.map"
    script.write_text(f"{version} {{ global: answer; local: *; }};")
    flags = (f"-Wl,--version-script={script}", "-Wl,-soname,libstdc++.so.6")
    theirs = compiled(PLAIN, *flags, name="libstdc++.so.6")
    use = compiled(USER, str(theirs))
    prefix = "python/" if needed.startswith("alibaba") else ""
    found = findings({f"{prefix}use.so": use}, needed)
    assert rules(found) == ["elf-libstdcxx"]
    assert f"needs {version} of libstdc++.so.6" in found[0].message
    assert f"{allowed} at most" in found[0].message
