"""OSS's state: buckets, objects with their versions, unfinished uploads. No wire format here."""

from __future__ import annotations
