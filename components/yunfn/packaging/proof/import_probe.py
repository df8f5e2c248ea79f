"""Imports modules, each in a process of its own, and writes down how each went. Runs in the target's Python (3.6+).

Arguments: a JSON file ``{"modules": [...], "seconds": N, "workers": N}`` and the file for the results, one JSON
document per line: ``{"module", "error", "kind"}``, ``error`` empty for a module that was imported. A program of its
own: nothing of yunfn is there where it runs, and a module that kills its process kills no other's.
"""

# ruff: noqa: PTH123, RET504, SIM105, UP031
# (Python 3.6 has no `from __future__ import annotations`, and pathlib would be imported for the modules too.)

import json
import os
import select
import signal
import sys
import time

_TAIL = 4000


def _import(name: str) -> "tuple[str, str]":
    """Import the module in this process: its error's last line and type, both empty where there is none."""
    try:
        __import__(name)
    except SystemExit as error:
        return "SystemExit: %s: it ends the program that imports it" % (error.code,), "SystemExit"
    except BaseException as error:
        import traceback

        # The message may have many lines; its last says what was the matter (numpy writes a page).
        lines = traceback.format_exception_only(type(error), error)[-1].strip().splitlines()
        said = lines[0] if len(lines) == 1 else "%s: %s" % (lines[0].partition(":")[0], lines[-1].strip())
        return said, type(error).__name__
    return "", ""


def _child(name: str, result: int, output: int) -> None:
    """What a forked process does; never returns."""
    code = 1
    try:
        os.setsid()
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.close(output)
        sys.argv = [name]
        error, kind = _import(name)
        data = json.dumps({"module": name, "error": error[:_TAIL], "kind": kind}).encode()
        os.write(result, data)
        code = 0
    finally:
        # Neither exit handlers nor threads of what was imported are waited for.
        os._exit(code)


class _Running:
    """One module's process, what it answered and printed."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.started = time.time()
        result, result_in = os.pipe()
        output, output_in = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            _child(name, result_in, output_in)
        os.close(result_in)
        os.close(output_in)
        self.result, self.output = result, output
        self.answer = self.printed = b""
        self.late = self.silent = False

    def take(self, ready: "list[int]") -> bool:
        """Take in what is there; True at the end, when nobody can write any more."""
        if self.output in ready:
            data = os.read(self.output, 65536)
            self.printed = (self.printed + data)[-_TAIL:]
            self.silent = not data
        if self.result in ready:
            data = os.read(self.result, 65536)
            self.answer += data
            return not data
        return False

    def kill(self) -> None:
        """End the process and what it started."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except OSError:
            try:
                os.kill(self.pid, signal.SIGKILL)
            except OSError:
                pass

    def end(self, seconds: float) -> "dict[str, str]":
        """The result, once the process is gone."""
        self.kill()
        _, status = os.waitpid(self.pid, 0)
        os.close(self.result)
        os.close(self.output)
        if self.answer and not self.late:
            answer = json.loads(self.answer.decode())  # type: dict[str, str]
            return answer
        words = self.printed.decode("utf-8", "replace").strip().splitlines()
        said = "; it printed last: %s" % words[-1] if words else ""
        if self.late:
            error, kind = "did not end within %g s" % seconds, "Timeout"
        elif os.WIFSIGNALED(status) and os.WTERMSIG(status) != signal.SIGKILL:
            error, kind = "crashed by signal %d" % os.WTERMSIG(status), "Crash"
        else:
            error, kind = "ended the process that imports it", "Exit"
        return {"module": self.name, "error": error + said, "kind": kind}


def main(task_file: str, result_file: str) -> None:
    """Import all modules of the task, some at a time."""
    with open(task_file, encoding="utf-8") as file:
        task = json.load(file)
    waiting = list(reversed(task["modules"]))
    running = []  # type: list[_Running]
    # Loaded once, before anything is forked.
    import traceback  # noqa: F401

    with open(result_file, "w", encoding="utf-8") as results:
        while waiting or running:
            while waiting and len(running) < task["workers"]:
                running.append(_Running(waiting.pop()))
            sources = [each.result for each in running] + [each.output for each in running if not each.silent]
            ready, _, _ = select.select(sources, [], [], 0.2)
            for each in list(running):
                ended = each.take(ready)
                if not ended and time.time() - each.started > task["seconds"]:
                    each.late = ended = True
                if ended or (each.answer and not each.late and each.result not in ready):
                    running.remove(each)
                    results.write(json.dumps(each.end(task["seconds"])) + "\n")
                    results.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
