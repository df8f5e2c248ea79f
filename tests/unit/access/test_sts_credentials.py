"""Temporary credentials as they are handed on: secrets kept, files private, and what a client reads of them."""

from __future__ import annotations

import json
import os
import random
import stat
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from support import random_policies
from support.random_policies import Words
from yunfn.access import cos, oss
from yunfn.access.documents import parse
from yunfn.access.evaluation import Request, decide, within
from yunfn.access.grammar import CAM, RAM, PolicyDocument
from yunfn.access.statement import Grant, Statement, grant
from yunfn.access.sts import Credentials, check, session_policy
from yunfn.access.sts.checking import ROLE as ROLE_LACKS
from yunfn.access.sts.credentials import role_lacks
from yunfn.access.sts.private_file import write_private
from yunfn.exceptions import MissingRightsError, ValidationError, YunfnError

ROLE = "acs:ram::1234567890123456:role/reader"
SECRET, TOKEN = "s3cret-of-the-key", "t0ken-of-the-session"
UNTIL = datetime(2099, 1, 2, 3, 4, 5, tzinfo=UTC)
READ = session_policy([oss.read("data", "in/")], RAM)
COS_READ = session_policy([cos.read("data-1250000000", "in/")], CAM)


def credentials(**more: Any) -> Credentials:
    return Credentials("STS.id", SECRET, TOKEN, UNTIL, READ, ROLE, "yunfn", **more)


def test_credentials_do_not_show_their_secrets() -> None:
    held = credentials()
    for shown in (repr(held), str(held), f"{held}", f"{[held]}"):
        assert SECRET not in shown and TOKEN not in shown
        assert "reader" in shown
    with pytest.raises(MissingRightsError) as caught:
        held.require([oss.write("data")])
    assert SECRET not in str(caught.value) and TOKEN not in str(caught.value)


def test_every_name_that_a_client_may_prefer_is_set() -> None:
    env = credentials().as_env()
    assert env["ALIBABA_CLOUD_ACCESS_KEY_ID"] == env["ALICLOUD_ACCESS_KEY"] == env["OSS_ACCESS_KEY_ID"] == "STS.id"
    assert [name for name, value in env.items() if value == TOKEN] == [
        "ALIBABA_CLOUD_SECURITY_TOKEN",
        "ALICLOUD_SECURITY_TOKEN",
        "OSS_SESSION_TOKEN",
    ]
    tencent = Credentials("AKID", SECRET, TOKEN, UNTIL, COS_READ).as_env()
    assert (tencent["TENCENTCLOUD_SECRET_KEY"], tencent["TENCENTCLOUD_SECURITY_TOKEN"]) == (SECRET, TOKEN)


def test_a_shell_reads_values_as_they_are(tmp_path: Path) -> None:
    hostile = "a'b\"c $(touch x) `id`\\"
    held = Credentials(hostile, SECRET, TOKEN, UNTIL, READ, ROLE)
    script = held.as_shell() + 'printf %s "$ALICLOUD_ACCESS_KEY"'
    shown = subprocess.run(["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert (shown, list(tmp_path.iterdir())) == (hostile, [])


def test_credentials_come_back_from_json_as_they_were() -> None:
    held = credentials(role_checked=True)
    assert Credentials.from_json(held.as_json()) == held
    assert held.expired(UNTIL) and not held.expired(UNTIL - timedelta(seconds=1)) and not held.expired()


@pytest.mark.parametrize(
    "broken",
    [
        f"{{{SECRET}",
        f'["{SECRET}"]',
        "[" * 100_000,
        SECRET.encode("utf-16") + b"\xff",
        f'{{"cloud": "{SECRET}"}}',
        f'{{"cloud": "alibaba", "access_key_secret": "{SECRET}"}}',
        credentials().as_json().replace("2099-01-02T03:04:05Z", SECRET),
        credentials().as_json().replace('"lacking": []', f'"lacking": "{SECRET}"'),
        credentials().as_json().replace('"Version"', '"version"'),
    ],
)
def test_what_is_no_credentials_is_told_without_showing_it(broken: str | bytes) -> None:
    with pytest.raises(YunfnError) as caught:
        Credentials.from_json(broken, source="key.json")
    assert "key.json" in str(caught.value) and SECRET not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_file_is_private_from_its_first_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[tuple[int, int]] = []
    true_open = os.open

    def watched(path: Any, flags: int, mode: int = 0o777, **more: Any) -> int:
        if str(path).startswith(str(tmp_path)):
            opened.append((flags, mode))
        return true_open(path, flags, mode, **more)

    monkeypatch.setattr(os, "open", watched)
    old = os.umask(0)
    try:
        credentials().write(tmp_path / "key.json")
    finally:
        os.umask(old)
    assert [(flags & os.O_EXCL != 0, mode) for flags, mode in opened] == [(True, 0o600)]
    assert stat.S_IMODE((tmp_path / "key.json").stat().st_mode) == 0o600
    assert Credentials.load(tmp_path / "key.json") == credentials()


def test_a_file_that_was_there_keeps_nothing_and_a_link_is_not_followed(tmp_path: Path) -> None:
    shared, reader = tmp_path / "shared", tmp_path / "reader"
    shared.write_text("old")
    shared.chmod(0o666)
    with shared.open() as held:
        write_private(shared, SECRET)
        assert held.read() == "old"
    assert (shared.read_text(), stat.S_IMODE(shared.stat().st_mode)) == (SECRET, 0o600)
    reader.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ValidationError, match="symbolic link"):
        write_private(reader, SECRET)
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    with pytest.raises(ValidationError, match="no file"):
        write_private(fifo, SECRET)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fifo", "reader", "shared"]


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text("old")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_private(tmp_path / "key", SECRET)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("key", "old")]


def test_a_client_that_only_checks_imports_no_sdk() -> None:
    code = (
        "import sys; import yunfn.access.sts; "
        "heavy = {'pulumi', 'oss2', 'aliyunsdkcore', 'tencentcloud', 'qcloud_cos', 'requests', 'httpx', 'typer'}; "
        "print(heavy & set(sys.modules))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown == "set()\n"


@pytest.mark.parametrize(
    ("granted", "lacks"),
    [
        ("name/cos:*", Statement(("cos:GetObject",), ("*",), effect="Deny")),
        ("name/cos:GetObject", None),
        ("cos:GetObject", None),
    ],
)
@pytest.mark.parametrize("resource", ["*", "qcs::cos::uid/1250000000:data-1250000000/in/*"])
def test_what_the_role_lacks_is_missing_however_it_is_written(
    granted: str, lacks: Statement | None, resource: str
) -> None:
    cut = session_policy([], CAM, [PolicyDocument(CAM, (Statement((granted,), (resource,)),))])
    role = [PolicyDocument(CAM, (Statement(("cos:*",), ("*",)), lacks) if lacks else ())]
    wanted = Statement(("name/cos:GetObject",), ("qcs::cos:ap-shanghai:uid/1250000000:data-1250000000/in/*",))
    right = grant("cos.read", lambda: (wanted,))
    assert check([right], cut, role), "the role does not allow it"
    lacking = tuple(map(role_lacks, check(cut.statements, cut, role)))
    held = Credentials("AKID", SECRET, TOKEN, UNTIL, cut, role_checked=True, lacking=lacking)
    for each in (held, Credentials.from_json(held.as_json())):
        assert [missing.lacks for missing in each.check([right])] == ["role's policies"]


@pytest.mark.parametrize("turned", [{"not_actions": True}, {"not_resources": True}])
def test_what_the_role_lacks_of_all_but_some_is_missing(turned: dict[str, bool]) -> None:
    names = ("oss:Put*", "acs:oss:*:*:other/*") if "not_actions" in turned else ("oss:Get*", "acs:oss:*:*:other/*")
    resource = "*" if "not_actions" in turned else names[1]
    cut = session_policy([], RAM, [PolicyDocument(RAM, (Statement((names[0],), (resource,), **turned),))])
    lacking = tuple(map(role_lacks, check(cut.statements, cut, [])))
    held = credentials(lacking=lacking)
    held = replace(held, policy=cut)
    assert held.check([oss.read("data", "in/")])
    assert not [each for each in held.check([oss.write("data", "in/")]) if each.lacks == ROLE_LACKS]


def test_a_comma_in_a_name_hides_nothing_that_the_role_lacks() -> None:
    turned = Statement(("oss:GetObject",), ("acs:oss:*:*:data/*, *",), not_resources=True)
    cut = session_policy([], RAM, [PolicyDocument(RAM, (turned,))])
    held = replace(credentials(lacking=tuple(map(role_lacks, check(cut.statements, cut, [])))), policy=cut)
    assert held.check([oss.read("data", "in/")])


def test_a_right_of_the_other_cloud_is_never_had() -> None:
    everything = session_policy([], RAM, [PolicyDocument(RAM, (Statement(("*",), ("*",)),))])
    with pytest.raises(ValidationError, match="this is a right of tencent"):
        check([cos.read("data-1250000000", "in/")], everything)


@pytest.mark.parametrize("words", [random_policies.RAM, random_policies.CAM], ids=["ram", "cam"])
def test_what_a_check_finds_nothing_missing_of_is_allowed(words: Words) -> None:
    """By the evaluator, on the role's policies cut with the session's, and after the credentials were a file."""
    rng, everything = random.Random(5), Statement(("*",), ("*",))
    fine = asked = 0
    for _ in range(300):
        drawn = [parse(json.dumps(random_policies.policy(rng, words))) for _ in range(2)]
        # Alone, two random policies have little in common.
        role, session = (replace(each, statements=(everything, *each.statements), text="") for each in drawn)
        session = drawn[1] if rng.random() < 0.5 else session
        try:
            cut = session_policy([], session.grammar, [session])
        except ValidationError:
            continue  # It allows nothing, or is too long for a session.
        lacking = tuple(sorted(set(map(role_lacks, check(cut.statements, cut, [role])))))
        made = Credentials("id", SECRET, TOKEN, UNTIL, cut, ROLE, role_checked=True, lacking=lacking)
        held = Credentials.from_json(made.as_json())
        for _ in range(6):
            action, resource, _sent = random_policies.request(rng, words)
            wanted = (Statement((action,), (resource if rng.random() < 0.5 else rng.choice(words.resources),)),)
            if held.check([Grant("wanted", {}, lambda wanted=wanted: wanted)]):
                continue
            fine += 1
            for _ in range(30):
                action, resource, sent = random_policies.request(rng, words)
                request = Request(action if rng.random() < 0.5 else wanted[0].actions[0], resource, sent)
                if decide([PolicyDocument(cut.grammar, wanted)], request).allowed:
                    asked += 1
                    assert within([role], cut.document, request).allowed, f"{role}\n{cut}\n{wanted}\n{request}"
    assert fine > 100 and asked > 500, (fine, asked)
