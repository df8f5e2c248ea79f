"""Tablestore's host names: one per instance for data, one per region for control."""

from __future__ import annotations

import re

_REGION = r"(?P<region>[a-z]{2,}(?:-[a-z0-9]+)+)"
_INSTANCE = r"(?P<instance>[a-z0-9][a-z0-9-]*)"
HOSTS = (
    # Tablestore "Endpoints": public, classic network and VPC; the newer names end in tablestore.
    re.compile(rf"{_INSTANCE}\.{_REGION}\.(?:ots|ots-internal|vpc\.ots|tablestore|vpc\.tablestore)\.aliyuncs\.com"),
    # terraform-provider-alicloud 1.285.0, connectivity/endpoint.go; inside a VPC by "Service endpoints" of the API.
    re.compile(rf"(?P<control>tablestore)(?:-vpc)?\.{_REGION}\.aliyuncs\.com"),
)
INSTANCE_HEADER = "x-ots-instancename"
"""Names the instance in every data operation; with it the cloud's own address will do for a host."""
