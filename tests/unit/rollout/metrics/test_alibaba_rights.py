"""The right that each backend says it needs is enough, by temporary credentials; without it the cloud says no."""

from __future__ import annotations

import itertools
import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest

from support.fc_measured import MeasuredFunction
from support.scf_versions import inside_of_a_cloud
from yunfn.exceptions import CloudAnswerError
from yunfn.localcloud.connection import Connection
from yunfn.rollout.metric import Measure, MetricsBackend, Reading
from yunfn.rollout.metrics.cloud_monitor import CloudMonitorBackend
from yunfn.rollout.metrics.request_metrics import RequestMetricsBackend
from yunfn.storage.alibaba_session import AlibabaSession

pytestmark = [
    pytest.mark.filterwarnings("ignore:ssl\\.:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:aliyun"),
]
# Years from now.
BEGIN = 1_893_427_200.0
_NUMBERS = itertools.count()
Make = Callable[[MeasuredFunction, AlibabaSession], MetricsBackend]


def _monitor(function: MeasuredFunction, session: AlibabaSession) -> MetricsBackend:
    return CloudMonitorBackend(session, function.place)


def _rows(function: MeasuredFunction, session: AlibabaSession) -> MetricsBackend:
    return RequestMetricsBackend(session, function.place, function.source)


@pytest.fixture(scope="module")
def cloud() -> Iterator[Connection]:
    with inside_of_a_cloud() as cloud:
        yield cloud


@pytest.fixture(scope="module")
def function(cloud: Connection) -> MeasuredFunction:
    made = MeasuredFunction(cloud)
    made.go_to(BEGIN + 5)
    made.call("1", fail=True)
    return made


def ask(session: AlibabaSession, product: str, version: str, action: str, **parameters: str) -> dict[str, Any]:
    """A call of RAM or STS."""
    client = AcsClient(session.access_key_id, session.access_key_secret, session.region)
    client.verify = os.environ["SSL_CERT_FILE"]
    request = CommonRequest(domain=f"{product}.aliyuncs.com", version=version, action_name=action)
    request.set_protocol_type("https")
    for name, value in parameters.items():
        request.add_query_param(name, value)
    answer: dict[str, Any] = json.loads(client.do_action_with_exception(request))
    return answer


def allowed(owner: AlibabaSession, *statements: tuple[str, str]) -> AlibabaSession:
    """Temporary credentials of a new role that is allowed (action, resource) each."""

    def ram(action: str, **parameters: str) -> dict[str, Any]:
        return ask(owner, "ram", "2015-05-01", action, **parameters)

    name = f"watcher-{next(_NUMBERS)}"
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"RAM": [f"acs:ram::{owner.account}:root"]}}
    ram("CreateRole", RoleName=name, AssumeRolePolicyDocument=_document(trust))
    ram("CreateUser", UserName=name)
    may = [{"Effect": "Allow", "Action": action, "Resource": resource} for action, resource in statements]
    take = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}
    ram("CreatePolicy", PolicyName=name, PolicyDocument=_document(*may))
    ram("CreatePolicy", PolicyName=f"{name}-take", PolicyDocument=_document(take))
    ram("AttachPolicyToRole", RoleName=name, PolicyName=name, PolicyType="Custom")
    ram("AttachPolicyToUser", UserName=name, PolicyName=f"{name}-take", PolicyType="Custom")
    key = ram("CreateAccessKey", UserName=name)["AccessKey"]
    user = replace(owner, access_key_id=key["AccessKeyId"], access_key_secret=key["AccessKeySecret"])
    role = f"acs:ram::{owner.account}:role/{name}"
    given = ask(user, "sts", "2015-04-01", "AssumeRole", RoleArn=role, RoleSessionName="watch")["Credentials"]
    return replace(
        owner, access_key_id=given["AccessKeyId"], access_key_secret=given["AccessKeySecret"],
        token=given["SecurityToken"],
    )  # fmt: skip


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "1", "Statement": list(statements)})


def _right(make: Make, function: MeasuredFunction) -> tuple[str, str]:
    """What the backend's documentation says that it needs."""
    written = make(function, function.session).__doc__ or ""
    (action,) = re.findall(r"Needs (\w+:\w+) on", written)
    logstore = f"project/{function.source.project}/logstore/{function.source.logstore}"
    return action, "*" if "on *" in written else f"acs:log:*:{function.session.account}:{logstore}"


@pytest.mark.parametrize("make", [_monitor, _rows])
def test_the_documented_right_is_enough(make: Make, function: MeasuredFunction) -> None:
    backend = make(function, allowed(function.session, _right(make, function)))
    assert backend.measure(Measure.ERRORS, "1", BEGIN, BEGIN + 60) == Reading(1, failures=1)


@pytest.mark.parametrize(
    ("make", "code", "action"),
    [(_monitor, "NoPermission", "cms:QueryMetricList"), (_rows, "Unauthorized", "log:GetLogStoreLogs")],
)
def test_without_it_the_clouds_word_is_told(make: Make, code: str, action: str, function: MeasuredFunction) -> None:
    session = allowed(function.session, ("oss:GetObject", "*"))
    with pytest.raises(CloudAnswerError, match=action) as caught:
        make(function, session).measure(Measure.ERRORS, "1", BEGIN, BEGIN + 60)
    assert caught.value.code == code
    for secret in (session.access_key_secret, session.token):
        assert secret not in str(caught.value)
