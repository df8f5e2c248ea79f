"""What is found out about the machine, and what is said where it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from yunfn.isolation import Isolation, machine, probe


def test_a_kernel_that_refuses_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def plan(folder: Path, user_namespace: bool, overlay: bool) -> dict[str, object]:
        return original(folder, user_namespace, overlay) | {"mount_point": "/no/such/folder"}

    original = machine._probe_plan
    monkeypatch.setattr(machine, "_probe_plan", plan)
    found = probe(tmp_path)
    assert found.mode == "fallback" and "/no/such/folder: No such file or directory" in found.reason


def test_without_overlayfs_there_are_still_namespaces(
    namespaces: Isolation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def plan(folder: Path, user_namespace: bool, overlay: bool) -> dict[str, object]:
        told = original(folder, user_namespace, overlay)
        return told | ({"layers": ["a", "missing"]} if overlay else {})

    original = machine._probe_plan
    monkeypatch.setattr(machine, "_probe_plan", plan)
    assert probe(tmp_path) == Isolation("namespaces", "", namespaces.user_namespace, overlay=False)


def test_another_system_is_a_fallback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.sys, "platform", "darwin")
    assert probe(tmp_path).reason.startswith("darwin has no namespaces")
