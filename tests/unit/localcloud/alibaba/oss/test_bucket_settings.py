"""A bucket's sub-resources: what each answers unset, set and removed again."""

from __future__ import annotations

from xml.etree import ElementTree

import oss2
import pytest
from oss2 import models

from .conftest import ServedCloud, code_of, refusal

# What the alicloud provider reads of a bare bucket (its bucket resource, and the one resource a sub-resource).
UNSET_404 = {
    "cors": "NoSuchCORSConfiguration",
    "website": "NoSuchWebsiteConfiguration",
    "lifecycle": "NoSuchLifecycle",
    "policy": "NoSuchBucketPolicy",
    "transferAcceleration": "NoSuchTransferAccelerationConfiguration",
    "encryption": "NoSuchServerSideEncryptionRule",
    "worm": "NoSuchWORMConfiguration",
    "httpsConfig": "NoSuchHttpsConfig",
    "responseHeader": "NoSuchResponseHeaderConfiguration",
    "userDefinedLogFieldsConfig": "NoSuchUserDefinedLogFieldsConfig",
}
UNSET_200 = {
    "logging": "<BucketLoggingStatus></BucketLoggingStatus>",
    "referer": "<RefererConfiguration><AllowEmptyReferer>true</AllowEmptyReferer><RefererList/></RefererConfiguration>",
    "tagging": "<Tagging><TagSet/></Tagging>",
    "versioning": "<VersioningConfiguration></VersioningConfiguration>",
    "resourceGroup": "<BucketResourceGroupConfiguration><ResourceGroupId></ResourceGroupId>"
    "</BucketResourceGroupConfiguration>",
    "publicAccessBlock": "<PublicAccessBlockConfiguration><BlockPublicAccess>false</BlockPublicAccess>"
    "</PublicAccessBlockConfiguration>",
    "accessmonitor": "<AccessMonitorConfiguration><Status>Disabled</Status></AccessMonitorConfiguration>",
    "requestPayment": "<RequestPaymentConfiguration><Payer>BucketOwner</Payer></RequestPaymentConfiguration>",
    "bucketArchiveDirectRead": "<ArchiveDirectReadConfiguration><Enabled>false</Enabled>"
    "</ArchiveDirectReadConfiguration>",
}
BODIES = {
    "website": "<WebsiteConfiguration><IndexDocument><Suffix>i.html</Suffix></IndexDocument></WebsiteConfiguration>",
    "httpsConfig": "<HttpsConfiguration><TLS><Enable>true</Enable><TLSVersion>TLSv1.2</TLSVersion></TLS>"
    "</HttpsConfiguration>",
    "transferAcceleration": "<TransferAccelerationConfiguration><Enabled>true</Enabled>"
    "</TransferAccelerationConfiguration>",
    "accessmonitor": "<AccessMonitorConfiguration><Status>Enabled</Status></AccessMonitorConfiguration>",
    "requestPayment": "<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>",
    "responseHeader": "<ResponseHeaderConfiguration><Rule><Name>r</Name></Rule></ResponseHeaderConfiguration>",
    "userDefinedLogFieldsConfig": "<UserDefinedLogFieldsConfiguration><HeaderSet><header>h</header></HeaderSet>"
    "</UserDefinedLogFieldsConfiguration>",
    "bucketArchiveDirectRead": "<ArchiveDirectReadConfiguration><Enabled>true</Enabled>"
    "</ArchiveDirectReadConfiguration>",
    "resourceGroup": "<BucketResourceGroupConfiguration><ResourceGroupId>rg-1</ResourceGroupId>"
    "</BucketResourceGroupConfiguration>",
}


@pytest.mark.parametrize(("parameter", "code"), UNSET_404.items())
def test_unset_is_not_found(served: ServedCloud, bucket: oss2.Bucket, parameter: str, code: str) -> None:
    answer = served.signed("GET", bucket.bucket_name, params={parameter: ""})
    assert (answer.status_code, refusal(answer)["Code"]) == (404, code)


@pytest.mark.parametrize(("parameter", "xml"), UNSET_200.items())
def test_unset_has_an_answer(served: ServedCloud, bucket: oss2.Bucket, parameter: str, xml: str) -> None:
    answer = served.signed("GET", bucket.bucket_name, params={parameter: ""})
    assert (answer.status_code, answer.text.split("\n", 1)[1]) == (200, xml)


@pytest.mark.parametrize(("parameter", "xml"), BODIES.items())
def test_set_is_echoed(served: ServedCloud, bucket: oss2.Bucket, parameter: str, xml: str) -> None:
    spread = xml.replace("><", ">\n  <")
    assert served.signed("PUT", bucket.bucket_name, params={parameter: ""}, data=spread).status_code == 200
    answer = served.signed("GET", bucket.bucket_name, params={parameter: ""})
    assert answer.text.split("\n", 1)[1] == xml


def test_cors(bucket: oss2.Bucket) -> None:
    rule = models.CorsRule(["https://a.example", "*.b"], ["GET", "PUT"], ["x-*"], ["ETag"], 600)
    bucket.put_bucket_cors(models.BucketCors([rule]))
    (read,) = bucket.get_bucket_cors().rules
    assert (read.allowed_origins, read.allowed_methods, read.max_age_seconds) == (
        rule.allowed_origins,
        ["GET", "PUT"],
        600,
    )
    with pytest.raises(oss2.exceptions.ServerError) as refused:
        bucket.put_bucket_cors(models.BucketCors([models.CorsRule(["*"], ["PATCH"])]))
    assert code_of(refused) == (400, "InvalidArgument")
    bucket.delete_bucket_cors()
    with pytest.raises(oss2.exceptions.NoSuchCors):
        bucket.get_bucket_cors()


def test_website(bucket: oss2.Bucket) -> None:
    bucket.put_bucket_website(models.BucketWebsite("index.html", "error.html"))
    read = bucket.get_bucket_website()
    assert (read.index_file, read.error_file) == ("index.html", "error.html")
    bucket.delete_bucket_website()
    with pytest.raises(oss2.exceptions.NoSuchWebsite):
        bucket.get_bucket_website()


def test_logging_goes_to_a_bucket_that_is_there(served: ServedCloud, bucket: oss2.Bucket) -> None:
    target = served.fresh().bucket_name
    bucket.put_bucket_logging(models.BucketLogging(target, "logs/"))
    read = bucket.get_bucket_logging()
    assert (read.target_bucket, read.target_prefix) == (target, "logs/")
    with pytest.raises(oss2.exceptions.ServerError) as refused:
        bucket.put_bucket_logging(models.BucketLogging("nowhere-at-all", ""))
    assert code_of(refused) == (400, "InvalidTargetBucketForLogging")
    bucket.delete_bucket_logging()
    assert bucket.get_bucket_logging().target_bucket == ""


def test_referer(bucket: oss2.Bucket) -> None:
    bucket.put_bucket_referer(models.BucketReferer(False, ["http://a.example", "http://*.b"]))
    read = bucket.get_bucket_referer()
    assert (read.allow_empty_referer, read.referers) == (False, ["http://a.example", "http://*.b"])
    bucket.put_bucket_referer(models.BucketReferer(True, []))
    assert bucket.get_bucket_referer().referers == []


def test_tags(served: ServedCloud, bucket: oss2.Bucket) -> None:
    rule = models.TaggingRule()
    rule.add("team", "a&b")
    rule.add("空", "值")
    bucket.put_bucket_tagging(models.Tagging(rule))
    assert bucket.get_bucket_tagging().tag_set.tagging_rule == {"team": "a&b", "空": "值"}
    for tags in ("<Tag><Key>a</Key></Tag>" * 2, "<Tag><Key></Key></Tag>", f"<Tag><Key>{'k' * 65}</Key></Tag>"):
        body = f"<Tagging><TagSet>{tags}</TagSet></Tagging>"
        answer = served.signed("PUT", bucket.bucket_name, params={"tagging": ""}, data=body)
        assert (answer.status_code, refusal(answer)["Code"]) == (400, "InvalidTag")
    bucket.delete_bucket_tagging()
    assert bucket.get_bucket_tagging().tag_set.tagging_rule == {}


def test_encryption(served: ServedCloud, bucket: oss2.Bucket) -> None:
    bucket.put_bucket_encryption(models.ServerSideEncryptionRule("KMS", "key-1"))
    read = bucket.get_bucket_encryption()
    assert (read.sse_algorithm, read.kms_master_keyid) == ("KMS", "key-1")
    assert bucket.get_bucket_info().bucket_encryption_rule.sse_algorithm == "KMS"
    assert bucket.put_object("k", b"x").resp.headers["x-oss-server-side-encryption"] == "KMS"
    assert bucket.head_object("k").headers["x-oss-server-side-encryption-key-id"] == "key-1"
    answer = served.signed(
        "PUT",
        bucket.bucket_name,
        params={"encryption": ""},
        data="<ServerSideEncryptionRule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>ROT13</SSEAlgorithm>"
        "</ApplyServerSideEncryptionByDefault></ServerSideEncryptionRule>",
    )
    assert (answer.status_code, refusal(answer)["Code"]) == (400, "InvalidEncryptionAlgorithmError")
    bucket.delete_bucket_encryption()
    with pytest.raises(oss2.exceptions.NoSuchServerSideEncryptionRule):
        bucket.get_bucket_encryption()


def test_policy_is_json_as_it_was_put(bucket: oss2.Bucket) -> None:
    text = (
        '{"Version": "1",\n "Statement": [{"Effect":"Allow","Principal":["*"],"Action":["oss:Get*"],"Resource":["*"]}]}'
    )
    bucket.put_bucket_policy(text)
    assert bucket.get_bucket_policy().policy == text
    for broken in ("no json", '{"Version":"1"}', '{"Version":"2","Statement":[]}'):
        with pytest.raises(oss2.exceptions.ServerError) as refused:
            bucket.put_bucket_policy(broken)
        assert code_of(refused) == (400, "InvalidPolicyDocument")
    bucket.delete_bucket_policy()
    with pytest.raises(oss2.exceptions.NoSuchBucketPolicy):
        bucket.get_bucket_policy()


def test_transfer_acceleration_stays_readable_once_set(bucket: oss2.Bucket) -> None:
    bucket.put_bucket_transfer_acceleration("true")
    assert bucket.get_bucket_transfer_acceleration().enabled == "true"
    bucket.put_bucket_transfer_acceleration("false")
    assert bucket.get_bucket_transfer_acceleration().enabled == "false"


def test_resource_group_of_a_new_bucket(served: ServedCloud) -> None:
    assert served.signed("PUT", "grouped", headers={"x-oss-resource-group-id": "rg-2"}).status_code == 200
    assert served.bucket("grouped").get_bucket_resource_group().resource_group_id == "rg-2"


def test_lifecycle_is_kept_and_completed(served: ServedCloud, bucket: oss2.Bucket) -> None:
    days = models.LifecycleRule("old", "logs/", expiration=models.LifecycleExpiration(days=3))
    parts = models.LifecycleRule(
        "parts", "", status="Disabled", abort_multipart_upload=models.AbortMultipartUpload(days=1)
    )
    bucket.put_bucket_lifecycle(models.BucketLifecycle([days, parts]))
    read = bucket.get_bucket_lifecycle().rules
    assert [(rule.id, rule.prefix, rule.status) for rule in read] == [
        ("old", "logs/", "Enabled"),
        ("parts", "", "Disabled"),
    ]
    assert (read[0].expiration.days, read[1].abort_multipart_upload.days) == (3, 1)
    unnamed = "<Rule><Prefix>a</Prefix><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule>"
    body = f"<LifecycleConfiguration>{unnamed}</LifecycleConfiguration>"
    assert served.signed("PUT", bucket.bucket_name, params={"lifecycle": ""}, data=body).status_code == 200
    root = ElementTree.fromstring(served.signed("GET", bucket.bucket_name, params={"lifecycle": ""}).content)
    assert root.findtext("Rule/ID")
    bucket.delete_bucket_lifecycle()
    with pytest.raises(oss2.exceptions.NoSuchLifecycle):
        bucket.get_bucket_lifecycle()


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "<Rule><Status>Enabled</Status></Rule>",
        "<Rule><Status>Maybe</Status><Expiration><Days>1</Days></Expiration></Rule>",
        "<Rule><Status>Enabled</Status><Expiration/></Rule>",
        "<Rule><Status>Enabled</Status><Expiration><Days>0</Days></Expiration></Rule>",
        "<Rule><ID>a</ID><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule>" * 2,
    ],
)
def test_lifecycles_that_are_refused(served: ServedCloud, bucket: oss2.Bucket, rule: str) -> None:
    body = f"<LifecycleConfiguration>{rule}</LifecycleConfiguration>"
    answer = served.signed("PUT", bucket.bucket_name, params={"lifecycle": ""}, data=body)
    assert answer.status_code == 400
    assert refusal(answer)["Code"] in ("MalformedXML", "InvalidArgument")


@pytest.mark.parametrize(
    "body", ["", "no xml", "<Other/>", '<!DOCTYPE a [<!ENTITY b "c">]><Tagging><TagSet/></Tagging>', "<Tagging/>"]
)
def test_malformed_xml(served: ServedCloud, bucket: oss2.Bucket, body: str) -> None:
    answer = served.signed("PUT", bucket.bucket_name, params={"tagging": ""}, data=body)
    assert (answer.status_code, refusal(answer)["Code"]) == (400, "MalformedXML")


def test_a_body_that_fails_its_md5(served: ServedCloud, bucket: oss2.Bucket) -> None:
    headers = {"content-md5": "1B2M2Y8AsgTpgAmY7PhCfg=="}
    answer = served.signed(
        "PUT", bucket.bucket_name, params={"versioning": ""}, headers=headers, data="<VersioningConfiguration/>"
    )
    assert (answer.status_code, refusal(answer)["Code"]) == (400, "InvalidDigest")
