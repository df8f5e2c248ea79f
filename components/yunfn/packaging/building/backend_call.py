"""Runs inside the sandbox, by the Python that builds: asks a package's build backend (PEP 517) for a wheel.

Standard library of Python 3.6 only. Arguments: the folder of the sources, the backend ("module:object"), its folders
inside the sources (JSON list), names of build requirements that are installed (JSON list; null: ask for no more), the
folder for the wheel, the file for the answer (JSON: ``{"requires": […]}`` where the backend wants more installed
first, else ``{"wheel": "file name"}``).
"""

# ruff: noqa: PTH100, PTH120, PTH123
# (Annotations are not postponed, and there is no pathlib: this runs on Python 3.6.)

import importlib
import json
import os
import re
import subprocess
import sys
from typing import Any, List  # noqa: UP035


def _backend(name: str, folders: List[str]) -> Any:  # noqa: UP006
    """The backend object; its own folders come first on the path, and this file's folder is not on it."""
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [os.path.abspath(folder) for folder in folders] + [p for p in sys.path if p not in (here, "")]
    module, _, attributes = name.partition(":")
    found = importlib.import_module(module)
    for attribute in attributes.split(".") if attributes else ():
        found = getattr(found, attribute)
    return found


def _wanted(answer_file: str, installed: List[str]) -> List[str]:  # noqa: UP006
    """Requirements the backend wants beside those installed, asked for in a process of its own as PEP 517 has it."""
    done = subprocess.call([sys.executable, os.path.abspath(__file__), "--requires", *sys.argv[1:]])
    if done:
        sys.exit(done)
    with open(answer_file) as file:
        wanted = json.load(file)["requires"]
    # A bare name is satisfied by whatever version is there.
    return [each for each in wanted if re.sub(r"[-_.]+", "-", each).lower() not in installed]


def main(arguments: List[str]) -> None:  # noqa: UP006
    """Write the answer; a backend that fails ends this process with its traceback."""
    only_requires = arguments[0] == "--requires"
    sources, name, folders, installed, wheels, answer_file = arguments[only_requires:]
    os.chdir(sources)
    if only_requires:
        ask = getattr(_backend(name, json.loads(folders)), "get_requires_for_build_wheel", None)
        answer = {"requires": list(ask() if ask else [])}
    else:
        told = json.loads(installed)
        wanted = [] if told is None else _wanted(answer_file, told)
        answer = {"requires": wanted} if wanted else {"wheel": _backend(name, json.loads(folders)).build_wheel(wheels)}
    with open(answer_file, "w") as file:
        json.dump(answer, file)


if __name__ == "__main__":
    main(sys.argv[1:])
