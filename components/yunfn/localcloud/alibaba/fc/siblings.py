"""What Function Compute asks of the other services of the same cloud."""

from __future__ import annotations

from pathlib import Path

from yunfn.localcloud.alibaba.fc.exceptions import InvalidArgument
from yunfn.localcloud.alibaba.fc.scope import FcScope
from yunfn.localcloud.alibaba.log.exceptions import LogStoreNotExist, ProjectNotExist
from yunfn.localcloud.alibaba.log.models.projects import LogState
from yunfn.localcloud.alibaba.oss import OssService
from yunfn.localcloud.alibaba.oss.exceptions import NoSuchBucket, NoSuchKey
from yunfn.localcloud.alibaba.tablestore.models.table_key import TableKey
from yunfn.localcloud.alibaba.tablestore.models.tables import Tables


def code_object(scope: FcScope, bucket: str, name: str) -> Path:
    """The file of an OSS object that holds code; raises InvalidArgument unless it is in the same region."""
    check_event_bucket(scope, bucket)
    try:
        return scope.cloud.find(OssService).object_path(scope.account, bucket, name)
    except NoSuchBucket:
        raise InvalidArgument(f"OSS bucket '{bucket}' does not exist") from None
    except NoSuchKey:
        raise InvalidArgument(f"OSS object '{name}' does not exist in bucket '{bucket}'") from None


def check_event_bucket(scope: FcScope, bucket: str) -> None:
    """Raise InvalidArgument unless the bucket is the account's own, in the scope's region."""
    found = scope.cloud.find(OssService).state.buckets.find(bucket)
    if found is None or found.account != scope.account:
        raise InvalidArgument(f"OSS bucket '{bucket}' does not exist")
    if found.region != scope.region:
        raise InvalidArgument(f"OSS bucket '{bucket}' is in region {found.region}, not in {scope.region}")


def check_event_table(scope: FcScope, source: str) -> None:
    """Raise InvalidArgument unless the table is there that a Tablestore trigger's source names.

    Its stream may be switched on later.
    """
    key = TableKey.of(source)
    if Tables(scope.cloud.store).find(*key) is None:
        raise InvalidArgument(f"table '{key.table}' of Tablestore instance '{key.instance}' does not exist")


def check_log_target(scope: FcScope, project: str, logstore: str) -> None:
    """Raise InvalidArgument unless project and logstore exist.

    Function Compute looks for both when a function is created or updated, with these texts (Serverless Devs' fc3
    component matches them).
    """
    try:
        LogState(scope.cloud.store, scope.cloud.clock).logstore(scope.account, scope.region, project, logstore)
    except ProjectNotExist:
        raise InvalidArgument(f"project '{project}' does not exist") from None
    except LogStoreNotExist:
        raise InvalidArgument(f"logstore '{logstore}' does not exist") from None
