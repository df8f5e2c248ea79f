"""What KMS answers: the operations by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from yunfn.localcloud.alibaba.kms.request import KmsRequest
from yunfn.localcloud.alibaba.kms.responses import aliases, encryption, keys, tags, versions

ROUTES: Mapping[str, Callable[[KmsRequest], Mapping[str, Any]]] = {
    "CancelKeyDeletion": keys.cancel_key_deletion,
    "CreateAlias": aliases.create_alias,
    "CreateKey": keys.create_key,
    "CreateKeyVersion": versions.create_key_version,
    "Decrypt": encryption.decrypt,
    "DeleteAlias": aliases.delete_alias,
    "DescribeKey": keys.describe_key,
    "DescribeKeyVersion": versions.describe_key_version,
    "DisableKey": keys.disable_key,
    "EnableKey": keys.enable_key,
    "Encrypt": encryption.encrypt,
    "GenerateDataKey": encryption.generate_data_key,
    "GenerateDataKeyWithoutPlaintext": encryption.generate_data_key_without_plaintext,
    "ListAliases": aliases.list_aliases,
    "ListAliasesByKeyId": aliases.list_aliases_by_key_id,
    "ListKeyVersions": versions.list_key_versions,
    "ListKeys": keys.list_keys,
    "ListResourceTags": tags.list_resource_tags,
    "ListTagResources": tags.list_tag_resources,
    "ReEncrypt": encryption.re_encrypt,
    "ScheduleKeyDeletion": keys.schedule_key_deletion,
    "SetDeletionProtection": keys.set_deletion_protection,
    "TagResource": tags.tag_resource,
    "TagResources": tags.tag_resources,
    "UntagResource": tags.untag_resource,
    "UntagResources": tags.untag_resources,
    "UpdateAlias": aliases.update_alias,
    "UpdateKeyDescription": keys.update_key_description,
    "UpdateRotationPolicy": keys.update_rotation_policy,
}
