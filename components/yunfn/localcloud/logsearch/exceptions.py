"""What is wrong with a query; each service puts it in its own code."""

from __future__ import annotations


class QueryError(Exception):
    """A query breaks the grammar, or asks for what the index does not have; ``message`` says where."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
