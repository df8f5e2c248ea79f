"""What each operation reads from a request and answers: one module a resource, one handler an operation."""

from __future__ import annotations
