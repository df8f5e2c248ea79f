"""Alibaba Cloud's half of the local cloud: one package per service, each urls, responses and models."""

from __future__ import annotations
