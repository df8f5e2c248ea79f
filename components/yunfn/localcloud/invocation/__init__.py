"""Calling functions, as far as it is the same on every cloud: queue, retries, timers, instances, HTTP answers.

The data planes of Function Compute and of Serverless Cloud Function are built on these; what a cloud says and how it
says it is theirs.
"""

from __future__ import annotations
