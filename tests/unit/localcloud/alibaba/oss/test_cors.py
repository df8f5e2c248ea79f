"""Pages of other origins: what browsers ask first, and what they are told with each answer."""

from __future__ import annotations

import oss2
import pytest
from oss2.models import BucketCors, CorsRule

from .conftest import REGION, ServedCloud, refusal


@pytest.fixture
def opened(bucket: oss2.Bucket) -> oss2.Bucket:
    rules = [
        CorsRule(["https://*.a.example"], ["GET", "PUT"], ["x-oss-*", "content-type"], ["ETag"], 600),
        CorsRule(["*"], ["HEAD"]),
    ]
    bucket.put_bucket_cors(BucketCors(rules))
    bucket.put_object("k", b"x", headers={"x-oss-object-acl": "public-read"})
    return bucket


def url(bucket: oss2.Bucket) -> str:
    return f"http://{bucket.bucket_name}.oss-{REGION}.aliyuncs.com/k"


def asked(origin: str, method: str, headers: str = "") -> dict[str, str]:
    found = {"Origin": origin, "Access-Control-Request-Method": method}
    return {**found, "Access-Control-Request-Headers": headers} if headers else found


def test_a_preflight_that_a_rule_takes(served: ServedCloud, opened: oss2.Bucket) -> None:
    headers = asked("https://www.a.example", "PUT", "X-Oss-Meta-A, Content-Type")
    told = served.http().options(url(opened), headers=headers)
    assert told.status_code == 200
    assert told.headers["Access-Control-Allow-Origin"] == "https://www.a.example"
    assert told.headers["Access-Control-Allow-Methods"] == "GET, PUT"
    assert told.headers["Access-Control-Allow-Headers"] == "X-Oss-Meta-A, Content-Type"
    assert told.headers["Access-Control-Max-Age"] == "600"
    assert (
        served.http().options(url(opened), headers=asked("http://b", "HEAD")).headers["Access-Control-Allow-Origin"]
        == "*"
    )


@pytest.mark.parametrize(
    "headers",
    [
        asked("https://www.b.example", "PUT"),
        asked("https://www.a.example", "DELETE"),
        asked("https://www.a.example", "PUT", "authorization"),
        asked("https://.a.exampl", "PUT"),
    ],
)
def test_a_preflight_that_no_rule_takes(served: ServedCloud, opened: oss2.Bucket, headers: dict[str, str]) -> None:
    answer = served.http().options(url(opened), headers=headers)
    assert (answer.status_code, refusal(answer)["Code"]) == (403, "AccessForbidden")
    assert "Access-Control-Allow-Methods" not in answer.headers


def test_a_preflight_needs_its_headers_and_rules(served: ServedCloud, bucket: oss2.Bucket) -> None:
    for headers in ({}, {"Origin": "http://a"}):
        answer = served.http().options(url(bucket), headers=headers)
        assert (answer.status_code, refusal(answer)["Code"]) == (400, "BadRequest")
    answer = served.http().options(url(bucket), headers=asked("http://a", "GET"))
    assert (answer.status_code, refusal(answer)["Message"]) == (
        403,
        "CORSResponse: CORS is not enabled for this bucket.",
    )


def test_answers_and_refusals_tell_the_page(served: ServedCloud, opened: oss2.Bucket) -> None:
    origin = {"Origin": "https://www.a.example"}
    told = served.http().get(url(opened), headers=origin)
    assert (told.content, told.headers["Access-Control-Allow-Origin"]) == (b"x", origin["Origin"])
    assert told.headers["Access-Control-Expose-Headers"] == "ETag"
    missing = served.http().get(url(opened) + "-private", headers=origin)
    assert (missing.status_code, missing.headers["Access-Control-Allow-Origin"]) == (403, origin["Origin"])
    for headers in ({}, {"Origin": "https://www.b.example"}):
        assert "Access-Control-Allow-Origin" not in served.http().get(url(opened), headers=headers).headers
