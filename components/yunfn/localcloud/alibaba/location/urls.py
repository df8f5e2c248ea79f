"""Where Location is found, and which endpoint each product has."""

from __future__ import annotations

import re

HOSTS = (re.compile(r"location(?:-readonly)?(?:\.(?P<region>[a-z0-9-]+))?\.aliyuncs\.com"),)

# Product code: endpoint. Central services have one for all regions (terraform-provider-alicloud 1.285.0,
# connectivity/endpoint.go).
ENDPOINTS = {
    "fc": "{region}.fc.aliyuncs.com",
    "fc-open": "{region}.fc.aliyuncs.com",
    "sls": "{region}.log.aliyuncs.com",
    "log": "{region}.log.aliyuncs.com",
    "oss": "oss-{region}.aliyuncs.com",
    "ots": "{region}.ots.aliyuncs.com",
    "tablestore": "tablestore.{region}.aliyuncs.com",
    "ram": "ram.aliyuncs.com",
    "sts": "sts.{region}.aliyuncs.com",
    "kms": "kms.{region}.aliyuncs.com",
    "ecs": "ecs.{region}.aliyuncs.com",
    "vpc": "vpc.{region}.aliyuncs.com",
    "nas": "nas.{region}.aliyuncs.com",
    "mns": "mns-open.{region}.aliyuncs.com",
    "cr": "cr.{region}.aliyuncs.com",
    "cdn": "cdn.aliyuncs.com",
    "cms": "metrics.{region}.aliyuncs.com",
    "eventbridge": "eventbridge-console.{region}.aliyuncs.com",
    "bssopenapi": "business.aliyuncs.com",
    "location": "location.aliyuncs.com",
}
