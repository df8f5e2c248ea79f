"""Checks of policy documents: what a linter of RAM and CAM reports.

``lint`` looks at one document, ``lint_role`` at all that is attached to a role, ``lint_environment`` at variables.
"""

from __future__ import annotations

from yunfn.access.findings.finding import Finding, Severity
from yunfn.access.findings.linting import lint, lint_environment, lint_role, malformed
from yunfn.access.findings.rule import RULES, Rule

__all__ = ["RULES", "Finding", "Rule", "Severity", "lint", "lint_environment", "lint_role", "malformed"]
