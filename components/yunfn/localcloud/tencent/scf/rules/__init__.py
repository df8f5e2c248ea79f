"""What values SCF takes, one resource a module."""

from __future__ import annotations
