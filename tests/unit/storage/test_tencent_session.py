"""Who speaks to Tencent Cloud, by the names that its clients read."""

from __future__ import annotations

import pytest
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException

from yunfn.exceptions import CloudAnswerError
from yunfn.storage.tencent_client import TencentClient
from yunfn.storage.tencent_session import TencentSession, from_environment

WHOLE = {
    "TENCENTCLOUD_SECRET_ID": "AKIDx",
    "TENCENTCLOUD_SECRET_KEY": "s3cret",
    "TENCENTCLOUD_REGION": "ap-guangzhou",
    "TENCENTCLOUD_APPID": "1250000000",
}


def test_the_names_of_the_official_clients() -> None:
    assert from_environment(None, WHOLE) == TencentSession("AKIDx", "s3cret", "", "ap-guangzhou", "1250000000")
    assert from_environment("ap-beijing", WHOLE).region == "ap-beijing"
    assert from_environment(None, WHOLE | {"TENCENTCLOUD_SECURITY_TOKEN": "t"}).token == "t"


def test_the_names_of_the_serverless_framework_come_second() -> None:
    theirs = {
        "TENCENT_SECRET_ID": "AKIDy",
        "TENCENT_SECRET_KEY": "k",
        "TENCENT_TOKEN": "t",
        "TENCENT_APP_ID": "1300000000",
    }
    assert from_environment("ap-beijing", theirs) == TencentSession("AKIDy", "k", "t", "ap-beijing", "1300000000")
    assert from_environment(None, theirs | WHOLE).secret_id == "AKIDx"


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        ("TENCENTCLOUD_SECRET_ID", "set TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY"),
        ("TENCENTCLOUD_SECRET_KEY", "set TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY"),
        ("TENCENTCLOUD_REGION", "set TENCENTCLOUD_REGION"),
        ("TENCENTCLOUD_APPID", "set TENCENTCLOUD_APPID"),
    ],
)
def test_what_is_missing_is_named(missing: str, told: str) -> None:
    with pytest.raises(CloudAnswerError, match=told) as refused:
        from_environment(None, {name: value for name, value in WHOLE.items() if name != missing})
    assert "s3cret" not in str(refused.value)


def test_no_secret_is_shown() -> None:
    assert repr(from_environment(None, WHOLE)) == "TencentSession(appid='1250000000', region='ap-guangzhou')"


@pytest.mark.parametrize("variable", ["TENCENTCLOUD_SECURITY_TOKEN", "TENCENT_TOKEN"])
def test_a_token_that_is_refused_is_told_with_its_variable(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    def refusing(*_: object) -> None:
        raise TencentCloudSDKException("AuthFailure.TokenFailure", "The token is invalid.", "r-1")

    monkeypatch.setattr(CommonClient, "call_json", refusing)
    with pytest.raises(CloudAnswerError) as refused:
        TencentClient(from_environment(None, WHOLE | {variable: "left"}), "sts").ask("GetCallerIdentity")
    told = "STS GetCallerIdentity: AuthFailure.TokenFailure: The token is invalid. (request r-1); the token came as "
    assert str(refused.value) == f"{told}{variable}: unset it if it is left over from another key"
    with pytest.raises(CloudAnswerError) as refused:
        TencentClient(from_environment(None, WHOLE), "sts").ask("GetCallerIdentity")
    assert "the token came" not in str(refused.value)
