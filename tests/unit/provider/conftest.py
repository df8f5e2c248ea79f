"""A served plugin for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from unit.provider.plugin import Plugin, serving


@pytest_asyncio.fixture
async def plugin() -> AsyncIterator[Plugin]:
    async with serving() as made:
        yield made
