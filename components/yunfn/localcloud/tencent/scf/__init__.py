"""Serverless Cloud Function (SCF)."""

from __future__ import annotations
