"""What SCF keeps, one kind a module: state and its rules, no wire format."""

from __future__ import annotations
