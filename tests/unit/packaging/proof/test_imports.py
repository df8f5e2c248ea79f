"""Every module is really imported, by the target's true Python, with the layer at /opt and nothing else around."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from yunfn.exceptions import BuildError, IsolationError, PythonNotFoundError
from yunfn.isolation import Isolation, isolation
from yunfn.packaging.proof import import_modules, import_report
from yunfn.packaging.proof.imports import top_level_modules
from yunfn.packaging.target import Target
from yunfn.pythons import Interpreter

from .conftest import Compile, write_zip

Find = Callable[[str], Interpreter]
SCF36, FC310 = Target.parse("tencent:Python3.6"), Target.parse("alibaba:python3.10")
MODULE = """
#include <Python.h>
int answer(void);
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "native", 0, -1, 0};
PyMODINIT_FUNC PyInit_native(void) { return answer() == 42 ? PyModule_Create(&definition) : 0; }
"""

isolated = pytest.mark.skipif(isolation().mode != "namespaces", reason=f"cannot isolate: {isolation().reason}")


@pytest.fixture
def both(python_of: Find) -> None:
    """Both Pythons are on this machine."""
    python_of("3.6")
    python_of("3.10")


@isolated
@pytest.mark.parametrize(("target", "prefix"), [(SCF36, ""), (FC310, "python/")])
def test_where_the_cloud_has_it(tmp_path: Path, both: None, target: Target, prefix: str) -> None:
    version = tuple(map(int, target.python.split(".")))
    code = (
        "import os, sys\n"
        f"assert sys.version_info[:2] == {version}\n"
        f"assert __file__ == '/opt/{prefix}module.py', __file__\n"
        f"assert sys.path[1] == '/opt/{prefix}'.rstrip('/'), sys.path\n"
        "assert not os.access('/opt', os.W_OK)\n"
    )
    report = import_report(write_zip(tmp_path / "a.zip", {f"{prefix}module.py": code.encode()}), target)
    assert report.findings == ()
    assert report.imported == ("module",)


@isolated
def test_each_way_to_fail(tmp_path: Path, both: None) -> None:
    modules = {
        "missing": "import no_such_package",
        "wrong": "def f(:\n",
        "raising": "raise RuntimeError('first line\\nlast line')",
        "leaving": "import sys; sys.exit(3)",
        "vanishing": "import os; os._exit(0)",
        "crashing": "import ctypes, sys; print('about to', flush=True); ctypes.string_at(0)",
        "fine": "import sys; sys.modules['missing'] = sys; sys.stdout.close()",
        "quiet": "import os; os.close(1); os.close(2)",
        "newer": "answer: int = (x := 42)",
    }
    files = {f"python/{name}.py": code.encode() for name, code in modules.items()}
    report = import_report(write_zip(tmp_path / "a.zip", files), FC310)
    assert report.imported == ("fine", "newer", "quiet")
    words = {finding.path: finding.message for finding in report.findings}
    assert words == {
        "python/missing.py": "missing: ModuleNotFoundError: No module named 'no_such_package'",
        "python/wrong.py": "wrong: SyntaxError: invalid syntax",
        "python/raising.py": "raising: RuntimeError: last line",
        "python/leaving.py": "leaving: SystemExit: 3: it ends the program that imports it",
        "python/vanishing.py": "vanishing: ended the process that imports it",
        "python/crashing.py": "crashing: crashed by signal 11; it printed last: about to",
    }
    assert {(finding.rule, finding.severity) for finding in report.findings} == {("import", "error")}
    assert all(finding.advice for finding in report.findings)


@isolated
def test_a_true_36_and_not_the_hosts(tmp_path: Path, both: None) -> None:
    file = write_zip(tmp_path / "a.zip", {"newer.py": b"if (x := 42): pass", "older.py": b"async_ = 1"})
    (found,) = import_modules(file, SCF36)
    assert found.message == "newer: SyntaxError: invalid syntax"
    assert "another Python than 3.6" in found.advice


@isolated
def test_packages_of_this_machine_are_not_seen(tmp_path: Path, both: None) -> None:
    """pip is installed beside every Python; in the cloud it is not there for a layer to lean on."""
    (found,) = import_modules(write_zip(tmp_path / "a.zip", {"leaning.py": b"import pip"}), SCF36)
    assert found.message == "leaning: ModuleNotFoundError: No module named 'pip'"


@isolated
def test_nothing_of_the_users_is_within_reach(tmp_path: Path, both: None, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "secret"
    secret.write_text("key")
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "key")
    code = (
        "import os, socket\n"
        f"assert not os.path.exists({str(secret)!r})\n"
        "assert os.listdir(os.path.expanduser('~')) == []\n"
        "assert not [name for name in os.environ if 'ALIBABA' in name]\n"
        "assert [name for _, name in socket.if_nameindex()] == ['lo']\n"
    )
    assert import_modules(write_zip(tmp_path / "a.zip", {"spy.py": code.encode()}), SCF36) == []


@isolated
def test_shared_libraries_as_the_cloud_has_them(tmp_path: Path, compiled: Compile, python_of: Find) -> None:
    include = python_of("3.10").prefixes[0] / "include" / "python3.10"
    library = compiled("int answer(void) { return 42; }", "-Wl,-soname,libanswer.so.1", name="libanswer.so.1")
    native = compiled(MODULE, f"-I{include}", str(library), "-lc")
    name = "python/native.cpython-310-x86_64-linux-gnu.so"
    assert import_modules(write_zip(tmp_path / "a.zip", {name: native, "lib/libanswer.so.1": library}), FC310) == []
    (found,) = import_modules(write_zip(tmp_path / "b.zip", {name: native, "libanswer.so.1": library}), FC310)
    assert "libanswer.so.1: cannot open shared object file" in found.message
    assert "`libraries:`" in found.advice


@isolated
@pytest.mark.parametrize("write", ["os.symlink({1}, {0})", "open({0}, 'w').write('[1]\\n')", "os.mkdir({0})"])
def test_results_that_a_module_wrote(tmp_path: Path, both: None, write: str) -> None:
    """What lies where the results are is not trusted: no link is followed, nothing but results is taken."""
    readable = tmp_path / "readable"
    readable.write_text(json.dumps({"module": "forger", "error": "of another file", "kind": ""}))
    results = "'/build/results.json'"
    code = f"import os\nos.remove({results})\n{write.format(results, repr(str(readable)))}\n"
    with pytest.raises(BuildError, match="how it went cannot be read"):
        import_modules(write_zip(tmp_path / "a.zip", {"forger.py": code.encode()}), SCF36)


def test_waiting_for_a_silent_module_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "silent.py").write_text("import os, time\nos.close(1)\nos.close(2)\ntime.sleep(1.5)\n")
    (tmp_path / "task.json").write_text(json.dumps({"modules": ["silent"], "seconds": 20, "workers": 2}))
    code = (
        "import select, sys; calls, real = [], select.select\n"
        "select.select = lambda *a: calls.append(1) or real(*a)\n"
        "from yunfn.packaging.proof import import_probe\n"
        "import_probe.main('task.json', 'results.json'); print(len(calls))\n"
    )
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, check=True, timeout=60, capture_output=True
    )
    assert json.loads((tmp_path / "results.json").read_text())["error"] == ""
    # It looks up five times a second; one that reads a closed pipe again and again looks up thousands of times.
    assert int(done.stdout) < 100


@isolated
def test_the_parts_of_a_layer_lie_over_each_other(tmp_path: Path, both: None) -> None:
    first = write_zip(tmp_path / "a.zip", {"python/first.py": b"import second"})
    second = write_zip(tmp_path / "b.zip", {"python/second.py": b""})
    assert import_report([first, second], FC310).imported == ("first", "second")


@isolated
def test_a_module_that_never_ends(tmp_path: Path, both: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yunfn.packaging.proof.imports._MODULE_SECONDS", 2)
    files = {"python/endless.py": b"while True: pass", "python/fine.py": b""}
    started = time.monotonic()
    report = import_report(write_zip(tmp_path / "a.zip", files), FC310)
    assert time.monotonic() - started < 30
    assert report.imported == ("fine",)
    assert [finding.message for finding in report.findings] == ["endless: did not end within 2 s"]


@isolated
def test_whose_module_it_is(tmp_path: Path, both: None) -> None:
    files = {
        "python/some.py": b"import gone",
        "python/some-1.0.dist-info/METADATA": b"Name: some\nVersion: 1.0\n",
    }
    (found,) = import_modules(write_zip(tmp_path / "a.zip", files), FC310)
    assert (found.path, found.package) == ("python/some.py", "some 1.0")


def test_which_modules_there_are() -> None:
    paths = [
        "six.py",
        "_yaml.cpython-310-x86_64-linux-gnu.so",
        "requests/__init__.py",
        "requests/api.py",
        "numpy/__init__.py",
        "numpy/core/__init__.py",
        "numpy.libs/libx.so",
        "google/protobuf/__init__.py",
        "google/cloud/storage/__init__.py",
        "google/cloud/_storage/__init__.py",
        "native/__init__.abi3.so",
        "bin/tool.py",
        "bin/helpers/__init__.py",
        "six-1.dist-info/METADATA",
        "__main__.py",
        "my-tool.py",
        "class.py",
        "__pycache__/six.cpython-310.pyc",
        "sourceless.pyc",
    ]
    modules, skipped = top_level_modules(paths)
    assert list(modules) == [
        "_yaml", "google.cloud.storage", "google.protobuf", "native", "numpy", "requests", "six", "sourceless",
    ]  # fmt: skip
    assert modules["numpy"] == "numpy/__init__.py"
    assert modules["google.protobuf"] == "google/protobuf/__init__.py"
    assert modules["_yaml"] == "_yaml.cpython-310-x86_64-linux-gnu.so"
    assert set(skipped) == {"__main__", "my-tool", "class", "google.cloud._storage"}
    assert all(skipped.values())


def test_a_python_that_is_not_here(tmp_path: Path) -> None:
    target = Target.parse("alibaba:custom.debian12+python3.99")
    with pytest.raises(PythonNotFoundError, match=r"Python 3\.99 of alibaba:custom\.debian12"):
        import_modules(write_zip(tmp_path / "a.zip", {"python/a.py": b""}), target)


def test_a_machine_that_cannot_isolate(tmp_path: Path, both: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing runs unless it is allowed plainly; then the layer lies elsewhere, and the same modules are imported."""
    fallback = Isolation("fallback", "no namespaces")
    monkeypatch.setattr("yunfn.isolation.sandbox.isolation", lambda: fallback)
    monkeypatch.setattr("yunfn.packaging.proof.imports.isolation", lambda: fallback)
    files = {"python/a.py": b"import b", "python/b.py": b"", "python/leaning.py": b"import pip"}
    file = write_zip(tmp_path / "a.zip", files)
    with pytest.raises(IsolationError, match="--allow-unsandboxed"):
        import_modules(file, FC310)
    report = import_report(file, FC310, allow_unsandboxed=True)
    assert report.imported == ("a", "b")
    assert [finding.message for finding in report.findings] == ["leaning: ModuleNotFoundError: No module named 'pip'"]


def test_nothing_is_left_behind(tmp_path: Path, both: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    file = write_zip(tmp_path / "a.zip", {"python/a.py": b""})
    import_modules(file, FC310, allow_unsandboxed=True)
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]
