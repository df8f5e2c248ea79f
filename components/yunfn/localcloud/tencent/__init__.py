"""The Tencent half of the local cloud: one package per service."""

from __future__ import annotations
