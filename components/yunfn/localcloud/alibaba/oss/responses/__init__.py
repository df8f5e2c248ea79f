"""OSS's operations: parse a request, do it on the models, answer in OSS's wire format."""

from __future__ import annotations
