"""What the object stores of all clouds share: buckets, objects with their versions, unfinished uploads, checksums.

State, arithmetic and what the clouds took over from S3 only: each cloud's service brings its own wire format, rules and
refusals. ``service`` is the
service's name, the first word of the kinds its documents are kept under.
"""

from __future__ import annotations
