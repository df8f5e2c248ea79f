"""Grants yield the smallest statements, with exact resource names."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from yunfn.access import Grant, Statement, fc, log, oss, vpc
from yunfn.exceptions import ValidationError


@pytest.mark.parametrize(
    ("grant", "action", "resource"),
    [
        (oss.read("pictures"), "oss:GetObject", "acs:oss:*:*:pictures/*"),
        (oss.read("pictures", "small/"), "oss:GetObject", "acs:oss:*:*:pictures/small/*"),
        (oss.write("pictures", "in/x"), "oss:PutObject", "acs:oss:*:*:pictures/in/x*"),
        (log.write("logs", "fc-log"), "log:PostLogStoreLogs", "acs:log:*:*:project/logs/logstore/fc-log"),
        (
            log.write("logs", "fc-log", region="cn-shanghai", account="17"),
            "log:PostLogStoreLogs",
            "acs:log:cn-shanghai:17:project/logs/logstore/fc-log",
        ),
        (fc.invoke("upload", "live"), "fc:InvokeFunction", "acs:fc:*:*:functions/upload/live"),
    ],
)
def test_one_action_on_one_resource(grant: Grant, action: str, resource: str) -> None:
    assert grant.statements() == (Statement((action,), (resource,)),)


def test_standing_in_a_vpc_takes_the_interface_and_its_permission() -> None:
    (statement,) = vpc.attach().statements()
    assert statement.resources == ("*",)
    assert {a.split(":")[0] for a in statement.actions} == {"ecs", "vpc"}
    assert len(statement.actions) == 7


@pytest.mark.parametrize(
    ("grant", "argument", "value"),
    [
        (oss.read, "bucket", "*"),
        (oss.read, "bucket", "Pictures"),
        (oss.write, "bucket", "a"),
        (oss.write, "bucket", "a" * 64),
        (oss.read, "bucket", "pictures/x"),
        (oss.read, "prefix", "a*"),
        (oss.read, "prefix", "a?"),
        (oss.write, "prefix", "${acs:username}/"),
        (oss.write, "prefix", "/a"),
        (oss.write, "prefix", "a\nb"),
        (log.write, "project", "*"),
        (log.write, "logstore", "a*b"),
        (fc.invoke, "function", "*"),
        (fc.invoke, "qualifier", "a/b"),
    ],
)
def test_a_name_that_would_widen_a_grant_is_refused(grant: Callable[..., Grant], argument: str, value: str) -> None:
    good = {"bucket": "pictures", "project": "logs", "logstore": "fc-log", "function": "upload", "qualifier": "live"}
    taken = {oss.read: ["bucket"], oss.write: ["bucket"], log.write: ["project", "logstore"]}
    names = {name: good[name] for name in taken.get(grant, ["function", "qualifier"])}
    with pytest.raises(ValidationError) as error:
        grant(**{**names, argument: value})
    assert (error.value.property, error.value.value) == (argument, value)


class _Later:
    """A name that is not known yet, as a Pulumi output looks to this package."""

    def apply(self, func: Callable[[str], object]) -> object:
        return func("pictures")


def test_a_name_known_later_is_checked_then() -> None:
    grant = oss.read(_Later(), "a/")
    with pytest.raises(ValidationError, match=r"bucket=.*not known yet"):
        grant.statements()
    assert grant.statements(bucket="pictures")[0].resources == ("acs:oss:*:*:pictures/a/*",)
    with pytest.raises(ValidationError, match=r"oss\.read: bucket='\*'"):
        grant.statements(bucket="*")
