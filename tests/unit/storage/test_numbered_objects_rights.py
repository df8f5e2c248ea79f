"""The rights that the records' objects say they need are enough, and each is needed: by users that have no more."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from support.ram_user import user as ram_user
from support.store_backends import Backend, OssBackend
from support.tencent_api import ask
from yunfn.exceptions import CloudAnswerError
from yunfn.localcloud.connection import Connection
from yunfn.storage.cos_numbered_objects import CosNumberedObjects
from yunfn.storage.numbered_objects import CreateOnlyObjects
from yunfn.storage.oss_numbered_objects import OssNumberedObjects

pytestmark = pytest.mark.filterwarnings("ignore:ssl\\.:DeprecationWarning")
OSS = re.findall(r"oss:\w+", OssNumberedObjects.__doc__ or "")
COS = re.findall(r"(?:Get|Put)\w+", (CosNumberedObjects.__doc__ or "").partition("``name/cos:``")[2])
PREFIX = "rollouts/-/shop/live/"
_NUMBERS = itertools.count()
With = Callable[[Sequence[str]], CreateOnlyObjects]


@pytest.fixture
def objects_with(backend: Backend, in_cloud: Connection) -> With:
    """The objects of a new bucket, by the key of a new user with these rights in it."""

    def made(rights: Sequence[str]) -> CreateOnlyObjects:
        if isinstance(backend, OssBackend):
            session = ram_user(backend.session, backend.bucket, list(rights))
            return OssNumberedObjects(session, backend.bucket)
        session = _cam_user(in_cloud, backend, rights)
        return CosNumberedObjects(session, backend.bucket)

    return made


def _cam_user(cloud: Connection, backend: Any, rights: Sequence[str]) -> Any:
    session = backend.session
    resource = f"qcs::cos:{session.region}:uid/{session.appid}:{backend.bucket}/*"
    statement = {"effect": "allow", "action": [f"name/cos:{each}" for each in rights], "resource": [resource]}
    name = f"recorder-{next(_NUMBERS)}"
    made = ask(cloud, "cam", "AddUser", Name=name, UseApi=1)
    document = json.dumps({"version": "2.0", "statement": [statement]})
    policy = ask(cloud, "cam", "CreatePolicy", PolicyName=name, PolicyDocument=document)["PolicyId"]
    ask(cloud, "cam", "AttachUserPolicy", PolicyId=policy, AttachUin=made["Uin"])
    return replace(session, secret_id=made["SecretId"], secret_key=made["SecretKey"])


def use(objects: CreateOnlyObjects) -> None:
    """All that a record needs."""
    key = f"{PREFIX}000001/000001.json"
    assert objects.folders(PREFIX) == []
    assert objects.read(key) is None
    objects.create(key, b"{}")
    assert objects.read(key) == b"{}"
    # Asked only after an answer was lost.
    assert len(objects._mark(key)) == 32


def test_the_rights_that_are_documented_are_enough(backend: Backend, objects_with: With) -> None:
    rights = OSS if isinstance(backend, OssBackend) else COS
    assert len(rights) == 4
    use(objects_with(rights))


def test_none_of_them_is_too_many(backend: Backend, objects_with: With) -> None:
    rights = OSS if isinstance(backend, OssBackend) else COS
    for missing in rights:
        objects = objects_with([each for each in rights if each != missing])
        with pytest.raises(CloudAnswerError) as caught:
            use(objects)
        assert caught.value.code == "AccessDenied", missing
