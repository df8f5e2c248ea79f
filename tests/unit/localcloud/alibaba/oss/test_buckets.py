"""Buckets: names, creation, listing, description, deletion."""

from __future__ import annotations

from xml.etree import ElementTree

import oss2
import pytest
from oss2.models import BucketCreateConfig

from .conftest import REGION, ServedCloud, code_of, refusal


@pytest.mark.parametrize("name", ["ab", "a" * 64, "-ab", "ab-", "a_b", "under_score"])
def test_invalid_names(served: ServedCloud, name: str) -> None:
    answer = served.signed("PUT", name)
    assert (answer.status_code, refusal(answer)["Code"]) == (400, "InvalidBucketName")


def test_a_bucket_describes_itself(served: ServedCloud) -> None:
    bucket = served.bucket("described-bucket")
    bucket.create_bucket("public-read", BucketCreateConfig("IA", "ZRS"))
    info = bucket.get_bucket_info()
    assert (info.name, info.storage_class, info.data_redundancy_type, info.acl.grant) == (
        "described-bucket",
        "IA",
        "ZRS",
        "public-read",
    )
    assert info.location == f"oss-{REGION}"
    assert info.extranet_endpoint == f"oss-{REGION}.aliyuncs.com"
    assert info.intranet_endpoint == f"oss-{REGION}-internal.aliyuncs.com"
    assert info.owner.id == served.key.principal.account
    assert info.bucket_encryption_rule.sse_algorithm is None
    assert info.versioning_status is None
    assert bucket.get_bucket_location().location == f"oss-{REGION}"


def test_a_bucket_is_made_encrypted_by_headers(served: ServedCloud) -> None:
    """As the alicloud provider makes one."""
    bucket = served.bucket("encrypted-bucket")
    bucket.create_bucket(headers={"x-oss-server-side-encryption": "KMS", "x-oss-server-side-encryption-key-id": "k<1"})
    rule = bucket.get_bucket_encryption()
    assert (rule.sse_algorithm, rule.kms_master_keyid) == ("KMS", "k<1")
    assert bucket.put_object("k", b"x").headers["x-oss-server-side-encryption"] == "KMS"
    with pytest.raises(oss2.exceptions.ServerError) as refused:
        served.bucket("other-bucket").create_bucket(headers={"x-oss-server-side-encryption": "ROT13"})
    assert code_of(refused) == (400, "InvalidEncryptionAlgorithmError")


def test_unset_means_private(served: ServedCloud, bucket: oss2.Bucket) -> None:
    assert bucket.get_bucket_acl().acl == "private"
    bucket.put_bucket_acl("public-read-write")
    assert bucket.get_bucket_acl().acl == "public-read-write"
    with pytest.raises(oss2.exceptions.ServerError) as refused:
        bucket.put_bucket_acl("public")
    assert code_of(refused) == (400, "InvalidArgument")


def test_creating_again_what_is_there(served: ServedCloud, bucket: oss2.Bucket) -> None:
    bucket.put_object("k", b"x")
    bucket.create_bucket("public-read")
    assert bucket.get_bucket_acl().acl == "public-read"
    assert bucket.get_object("k").read() == b"x"
    with pytest.raises(oss2.exceptions.ServerError) as refused:
        bucket.create_bucket(input=BucketCreateConfig("IA"))
    assert code_of(refused) == (409, "BucketAlreadyExists")
    elsewhere = served.bucket(bucket.bucket_name, region="cn-beijing")
    with pytest.raises(oss2.exceptions.ServerError) as refused:
        elsewhere.create_bucket()
    assert code_of(refused) == (409, "BucketAlreadyExists")


def test_the_location_must_be_the_endpoints(served: ServedCloud) -> None:
    body = "<CreateBucketConfiguration><LocationConstraint>oss-{}</LocationConstraint></CreateBucketConfiguration>"
    answer = served.signed("PUT", "misplaced", data=body.format("cn-beijing"))
    assert (answer.status_code, refusal(answer)["Code"]) == (400, "InvalidLocationConstraint")
    assert served.signed("PUT", "misplaced", data=body.format(REGION)).status_code == 200


def test_another_region_is_told_the_right_endpoint(served: ServedCloud, bucket: oss2.Bucket) -> None:
    with pytest.raises(oss2.exceptions.AccessDenied) as refused:
        served.bucket(bucket.bucket_name, region="cn-shanghai").get_object("k")
    assert refused.value.details["Endpoint"] == f"oss-{REGION}.aliyuncs.com"
    assert "must be addressed using the specified endpoint" in refused.value.message


def test_listing_honours_prefix_marker_and_max_keys(served: ServedCloud) -> None:
    names = [f"listed-{letter}" for letter in "abcd"]
    for name in names:
        served.bucket(name).create_bucket()
    served.bucket("listed-elsewhere", region="cn-beijing").create_bucket()
    service = served.service()
    first = service.list_buckets(prefix="listed-", max_keys=2)
    assert [bucket.name for bucket in first.buckets] == names[:2]
    assert (first.is_truncated, first.next_marker) == (True, "listed-b")
    rest = service.list_buckets(prefix="listed-", marker=first.next_marker)
    assert [bucket.name for bucket in rest.buckets] == [*names[2:], "listed-elsewhere"]
    assert rest.is_truncated is False
    assert rest.buckets[-1].location == "oss-cn-beijing"
    # The alicloud provider wants exactly the one bucket whose name it gave.
    (only,) = service.list_buckets(prefix="listed-a", max_keys=1).buckets
    assert only.name == "listed-a"
    assert [bucket.name for bucket in oss2.BucketIterator(service, prefix="listed-", max_keys=1)] == [
        *names,
        "listed-elsewhere",
    ]


def test_the_stat_counts(served: ServedCloud, bucket: oss2.Bucket) -> None:
    bucket.put_object("a", b"123")
    bucket.put_object("b", b"4567")
    bucket.init_multipart_upload("c")
    stat = bucket.get_bucket_stat()
    assert (stat.storage_size_in_bytes, stat.object_count, stat.multi_part_upload_count) == (7, 2, 1)


def test_a_bucket_with_anything_in_it_stays(served: ServedCloud, bucket: oss2.Bucket) -> None:
    upload = bucket.init_multipart_upload("k").upload_id
    with pytest.raises(oss2.exceptions.ServerError) as refused:
        bucket.delete_bucket()
    assert code_of(refused) == (409, "BucketNotEmpty")
    bucket.abort_multipart_upload("k", upload)
    bucket.put_bucket_versioning(oss2.models.BucketVersioningConfig("Enabled"))
    bucket.delete_object("never-there")
    with pytest.raises(oss2.exceptions.ServerError) as refused:
        bucket.delete_bucket()
    assert code_of(refused) == (409, "BucketNotEmpty")
    for marker in bucket.list_object_versions().delete_marker:
        bucket.delete_object(marker.key, {"versionId": marker.versionid})
    bucket.delete_bucket()
    with pytest.raises(oss2.exceptions.NoSuchBucket):
        bucket.delete_bucket()


def test_a_hundred_buckets_a_region(served: ServedCloud) -> None:
    region = "cn-chengdu"
    for number in range(100):
        served.bucket(f"many-{number}", region=region).create_bucket()
    with pytest.raises(oss2.exceptions.ServerError) as refused:
        served.bucket("many-100", region=region).create_bucket()
    assert code_of(refused) == (400, "TooManyBuckets")
    for number in range(100):
        served.bucket(f"many-{number}", region=region).delete_bucket()


def test_internal_and_s3_names_of_the_same_endpoint(served: ServedCloud, bucket: oss2.Bucket) -> None:
    bucket.put_object("k", b"x")
    for host in (f"oss-{REGION}-internal", f"s3.oss-{REGION}"):
        assert served.bucket(bucket.bucket_name, endpoint=f"http://{host}.aliyuncs.com").get_object("k").read() == b"x"


def test_buckets_outlive_the_process(served: ServedCloud, bucket: oss2.Bucket) -> None:
    from yunfn.localcloud.alibaba.oss import OssService

    bucket.put_bucket_acl("public-read")
    served.inside(lambda cloud: cloud.find(OssService).reset())
    assert bucket.get_bucket_acl().acl == "public-read"


def test_creation_date_is_rfc_3339(served: ServedCloud, bucket: oss2.Bucket) -> None:
    answer = served.signed("GET", bucket.bucket_name, params={"bucketInfo": ""})
    date = ElementTree.fromstring(answer.content).findtext("Bucket/CreationDate") or ""
    assert date.endswith(".000Z")
    assert date[10] == "T"
