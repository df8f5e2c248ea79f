"""The preset (QCS) policies in use: name, and what each allows.

Names and purposes are those of CAM's documentation ("Preset policies"); their documents are reduced to the services
that the local cloud has. Numbers are the local cloud's own: true ones differ, look policies up by name.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from yunfn.localcloud.store import Document

_ADDED = "2016-01-01 00:00:00"
_READ = ("Get*", "List*", "Describe*", "Head*", "Search*", "Query*")


def _allow(*actions: str) -> dict[str, Any]:
    return {"effect": "allow", "action": list(actions), "resource": "*"}


def _service(product: str) -> dict[str, Any]:
    return _allow(f"name/{product}:*")


def _read_only(*products: str) -> dict[str, Any]:
    return _allow(*(f"name/{product}:{action}" for product in products for action in _READ))


_SERVICES = ("cam", "cls", "cos", "monitor", "scf", "ssl", "sts", "tag")

# Name: (description, statements). New ones go to the end: a policy's number is its place.
_TABLE: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "AdministratorAccess": ("Full access to all services of the account.", [_allow("*")]),
    "ReadOnlyAccess": ("Read-only access to all services of the account.", [_read_only(*_SERVICES)]),
    "QcloudSCFFullAccess": ("Full access to Serverless Cloud Function.", [_service("scf")]),
    "QcloudSCFReadOnlyAccess": ("Read-only access to Serverless Cloud Function.", [_read_only("scf")]),
    "QcloudCOSFullAccess": ("Full access to Cloud Object Storage.", [_service("cos")]),
    "QcloudCOSReadOnlyAccess": (
        "Read-only access to Cloud Object Storage.",
        [_allow(*(f"name/cos:{verb}*" for verb in ("List", "Get", "Head", "Options")))],
    ),
    "QcloudCOSDataFullControl": (
        "Read, write, delete and list objects of Cloud Object Storage.",
        [
            _allow(
                *(
                    f"name/cos:{action}"
                    for action in (
                        "GetService", "GetBucket", "ListMultipartUploads", "GetObject*", "HeadObject",
                        "GetBucketObjectVersions", "OptionsObject", "ListParts", "DeleteObject", "PostObject",
                        "PostObjectRestore", "PutObject*", "InitiateMultipartUpload", "UploadPart", "UploadPartCopy",
                        "CompleteMultipartUpload", "AbortMultipartUpload", "DeleteMultipleObjects", "AppendObject",
                    )
                )
            )
        ],
    ),
    "QcloudCOSDataReadOnly": (
        "Read objects of Cloud Object Storage.",
        [_allow("name/cos:GetObject*", "name/cos:HeadObject", "name/cos:OptionsObject")],
    ),
    "QcloudCLSFullAccess": ("Full access to Cloud Log Service.", [_service("cls")]),
    "QcloudCLSReadOnlyAccess": ("Read-only access to Cloud Log Service.", [_read_only("cls")]),
    "QcloudCamFullAccess": ("Full access to Cloud Access Management.", [_service("cam")]),
    "QcloudCamReadOnlyAccess": ("Read-only access to Cloud Access Management.", [_read_only("cam")]),
    "QcloudMonitorFullAccess": ("Full access to Cloud Monitor.", [_service("monitor")]),
    "QcloudMonitorReadOnlyAccess": ("Read-only access to Cloud Monitor.", [_read_only("monitor")]),
    "QcloudTAGFullAccess": ("Full access to Tag.", [_service("tag")]),
    "QcloudTAGReadOnlyAccess": ("Read-only access to Tag.", [_read_only("tag")]),
    "QcloudSSLFullAccess": ("Full access to SSL Certificate Service.", [_service("ssl")]),
    "QcloudSSLReadOnlyAccess": ("Read-only access to SSL Certificate Service.", [_read_only("ssl")]),
    "QcloudSTSFullAccess": ("Full access to Security Token Service.", [_service("sts")]),
    "QcloudAccessForScfRole": (
        "What SCF's own role SCF_QcsRole may do for the service.",
        [
            _allow("name/cos:GetObject*", "name/cos:HeadObject", "name/cos:GetBucket", "name/cos:PutObject*"),
            _allow("name/cls:*"),
            _allow("name/scf:InvokeFunction", "name/scf:Invoke"),
        ],
    ),
    "QcloudVPCFullAccess": ("Full access to Virtual Private Cloud.", [_service("vpc")]),
    "QcloudCKafkaFullAccess": ("Full access to CKafka.", [_service("ckafka")]),
    "QcloudCFSFullAccess": ("Full access to Cloud File Storage.", [_service("cfs")]),
    "QcloudCDBFullAccess": ("Full access to TencentDB for MySQL.", [_service("cdb")]),
    "QcloudRedisFullAccess": ("Full access to TencentDB for Redis.", [_service("redis")]),
}  # fmt: skip


def every() -> list[Document]:
    """All preset policies, by number."""
    return [dict(document) for document in _documents().values()]


def of_name(name: str) -> Document | None:
    """The preset policy of that name, or None."""
    found = _documents().get(name)
    return dict(found) if found else None


def of_id(policy_id: int) -> Document | None:
    """The preset policy of that number, or None."""
    names = list(_TABLE)
    return of_name(names[policy_id - 1]) if 0 < policy_id <= len(names) else None


@cache
def _documents() -> dict[str, Document]:
    return {
        name: {
            "PolicyId": number,
            "PolicyName": name,
            "Description": description,
            "PolicyDocument": json.dumps({"version": "2.0", "statement": statements}),
            "Type": 2,
            "AddTime": _ADDED,
            "UpdateTime": _ADDED,
        }
        for number, (name, (description, statements)) in enumerate(_TABLE.items(), 1)
    }
