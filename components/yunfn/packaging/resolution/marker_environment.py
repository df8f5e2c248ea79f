"""The values that markers of requirements are judged by on a target (PEP 508, "Environment markers")."""

from __future__ import annotations

from packaging.requirements import Requirement as Parsed

from yunfn.packaging.resolution.python_release import python_release
from yunfn.packaging.target import Target


def applies(requirement: Parsed, target: Target) -> bool:
    """Whether a requirement's marker admits the target; one without a marker always does."""
    if requirement.marker is None:
        return True
    release = python_release(target)
    values = {
        "implementation_name": "cpython",
        "implementation_version": release,
        "os_name": "posix",
        "platform_machine": target.runtime.architecture,
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Linux",
        "platform_version": "",
        "python_full_version": release,
        "python_version": target.python,
        "sys_platform": "linux",
        "extra": "",
    }
    return requirement.marker.evaluate(values)
