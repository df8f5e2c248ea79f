"""What the true OSS refuses, and what this cloud lacks: each loud, in OSS's own shape."""

from __future__ import annotations

import http.client

import oss2
import pytest

from .conftest import REGION, ServedCloud, refusal


def test_path_style(served: ServedCloud, bucket: oss2.Bucket) -> None:
    answer = served.http().get(f"http://oss-{REGION}.aliyuncs.com/{bucket.bucket_name}/key")
    assert answer.status_code == 403
    told = refusal(answer)
    assert (told["Code"], told["Message"]) == (
        "SecondLevelDomainForbidden",
        "Please use virtual hosted style to access.",
    )
    assert told["HostId"] == f"oss-{REGION}.aliyuncs.com"


@pytest.mark.parametrize(
    ("headers", "argument"),
    [
        ({"Content-Encoding": "aws-chunked"}, "Content-Encoding"),
        ({"Content-Encoding": "gzip,aws-chunked", "x-amz-content-sha256": "UNSIGNED-PAYLOAD"}, "Content-Encoding"),
        ({"x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER"}, "x-amz-content-sha256"),
        ({"x-amz-trailer": "x-amz-checksum-crc32"}, "x-amz-trailer"),
    ],
)
@pytest.mark.parametrize("size", [3, 100_000])
def test_chunked_bodies_of_aws_sdks(
    served: ServedCloud, bucket: oss2.Bucket, headers: dict[str, str], argument: str, size: int
) -> None:
    answer = served.signed("PUT", bucket.bucket_name, "k", headers=headers, data=b"x" * size)
    told = refusal(answer)
    assert (answer.status_code, told["Code"], told["EC"]) == (400, "InvalidArgument", "0017-00000804")
    assert told["Message"] == "aws-chunked encoding is not supported with the specified x-amz-content-sha256 value."
    assert told["ArgumentName"] == argument
    assert answer.headers["x-oss-ec"] == "0017-00000804"
    assert not bucket.object_exists("k")


@pytest.mark.parametrize(
    ("method", "key", "params"),
    [
        ("GET", "", {"inventory": ""}),
        ("GET", "", {"replication": ""}),
        ("PUT", "", {"cname": "", "comp": "add"}),
        ("GET", "", {"metaQuery": ""}),
        ("GET", "", {"overwriteConfig": ""}),
        ("GET", "", {"somethingNew": ""}),
        ("DELETE", "", {"referer": ""}),
        ("PUT", "", {"cors": "", "website": ""}),
        ("POST", "k", {"restore": ""}),
        ("GET", "k", {"x-oss-process": "image/resize,w_100"}),
        ("GET", "k", {"asyncFetch": "1"}),
        ("PATCH", "k", {}),
    ],
)
def test_operations_this_cloud_lacks(
    served: ServedCloud, bucket: oss2.Bucket, method: str, key: str, params: dict[str, str]
) -> None:
    bucket.put_object("k", b"x")
    answer = served.signed(method, bucket.bucket_name, key, params=params)
    assert answer.status_code == 400
    told = refusal(answer)
    assert told["Code"] == "YunfnLocalUnknownOperation"
    for name in params:
        assert name in told["Message"] or name == "comp"
    line = list(served.inside(lambda cloud: list(cloud.journal.lines(unknown_only=True))))[-1]
    assert (line["service"], line["status"], line["unknown"]) == ("oss", 400, True)
    assert line["request_id"] == told["RequestId"]


def test_headers_that_would_change_the_outcome(served: ServedCloud, bucket: oss2.Bucket) -> None:
    answer = served.signed("PUT", bucket.bucket_name, "k", headers={"x-oss-callback": "e30="}, data=b"x")
    assert refusal(answer)["Code"] == "YunfnLocalUnknownOperation"
    assert not bucket.object_exists("k")


def test_a_callers_own_parameters_are_ignored(served: ServedCloud, bucket: oss2.Bucket) -> None:
    bucket.put_object("k", b"x")
    assert served.signed("GET", bucket.bucket_name, "k", params={"v": "17"}).content == b"x"


@pytest.mark.parametrize("host", ["oss-accelerate", "bucket.oss-accelerate", "bucket.oss-accelerate-overseas"])
def test_transfer_acceleration(served: ServedCloud, host: str) -> None:
    answer = served.http().get(f"http://{host}.aliyuncs.com/")
    assert (answer.status_code, refusal(answer)["Code"]) == (400, "YunfnLocalUnknownOperation")
    assert "acceleration" in refusal(answer)["Message"]


def test_a_bucket_that_is_not_there(served: ServedCloud) -> None:
    bucket = served.bucket("not-there-at-all")
    for call in (
        bucket.get_bucket_info,
        bucket.list_objects,
        bucket.get_bucket_cors,
        lambda: bucket.put_object("k", b"x"),
        lambda: bucket.get_object("k"),
        lambda: bucket.init_multipart_upload("k"),
    ):
        with pytest.raises(oss2.exceptions.NoSuchBucket) as refused:
            call()
        assert refused.value.details["BucketName"] == "not-there-at-all"


def test_a_body_needs_a_length(served: ServedCloud, bucket: oss2.Bucket) -> None:
    host, _, path = bucket.sign_url("PUT", "k", 60).removeprefix("http://").partition("/")
    # By hand: requests and http.client never leave the length out.
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=10)
    connection.putrequest("PUT", f"/{path}", skip_host=True)
    connection.putheader("Host", host)
    connection.endheaders()
    answer = connection.getresponse()
    assert answer.status == 411
    assert b"<Code>MissingContentLength</Code>" in answer.read()
    connection.close()


def test_request_ids_never_hold_what_the_provider_takes_for_a_throttle(served: ServedCloud) -> None:
    for _ in range(200):
        answer = served.http().get(f"http://oss-{REGION}.aliyuncs.com/some/key")
        assert not {"429", "500"} & {answer.headers["x-oss-request-id"][i : i + 3] for i in range(34)}
