"""What SCF says of its functions and layers, asked of a local cloud: all of them, and nothing that is not known."""

from __future__ import annotations

import base64
import hashlib
import io
import itertools
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from support.cos_bucket import session_of
from yunfn.exceptions import CloudAnswerError
from yunfn.localcloud.connection import Connection
from yunfn.storage import cloud_functions
from yunfn.storage.cloud_functions import CloudFunctions
from yunfn.storage.retained import FunctionUse
from yunfn.storage.tencent_client import TencentClient

# One for each test: what is left in another's is not seen.
_REGIONS = (f"ap-shanghai-{number}" for number in itertools.count(1))


def _zip(text: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo("index.py"), text)
    return packed.getvalue()


def _sha256(text: str) -> str:
    return hashlib.sha256(_zip(text)).hexdigest()


def _inline(text: str) -> dict[str, str]:
    return {"ZipFile": base64.b64encode(_zip(text)).decode()}


class Scf:
    """SCF in one region, whose intermediate states are over at once, and what yunfn says of it."""

    def __init__(self, cloud: Connection) -> None:
        session = session_of(cloud, next(_REGIONS))
        self._cloud = cloud
        self.ask = TencentClient(session, "scf").ask
        self.survey = CloudFunctions(session)

    def function(self, name: str, text: str, **settings: Any) -> None:
        wanted = {"Runtime": "Python3.6", "Handler": "index.main", "Code": _inline(text), **settings}
        self.ask("CreateFunction", {"FunctionName": name, **wanted})

    def layer(self, name: str, text: str) -> int:
        wanted = {"LayerName": name, "CompatibleRuntimes": ["Python3.6"], "Content": _inline(text)}
        return int(self.ask("PublishLayerVersion", wanted)["LayerVersion"])

    def found(self) -> dict[str, FunctionUse]:
        uses = list(self.survey.functions())
        assert len({use.user for use in uses}) == len(uses)
        return {use.user: use for use in uses}

    def transition(self, seconds: float) -> None:
        self._cloud.ask("PUT", "/transition", json={"seconds": seconds})


@pytest.fixture
def scf(in_cloud: Connection) -> Iterator[Scf]:
    made = Scf(in_cloud)
    made.transition(0)
    yield made
    made.transition(0.2)


def test_every_function_of_every_namespace_and_every_version_of_it(scf: Scf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloud_functions, "_PAGE", 1)
    scf.ask("CreateNamespace", {"Namespace": "shop"})
    scf.layer("packages", "layer 1")
    scf.layer("packages", "layer 2")
    layers = [{"LayerName": "packages", "LayerVersion": 2}]
    scf.function("cart", "old", Namespace="shop", Layers=layers)
    for text in ("newer", "newest"):
        scf.ask("PublishVersion", {"FunctionName": "cart", "Namespace": "shop"})
        scf.ask("UpdateFunctionCode", {"FunctionName": "cart", "Namespace": "shop", "Code": _inline(text)})
    scf.ask(
        "UpdateFunctionConfiguration",
        {"FunctionName": "cart", "Namespace": "shop", "Layers": [{"LayerName": "packages", "LayerVersion": 1}]},
    )
    scf.function("hello", "hello")
    scf.function("other", "hello")
    assert scf.found() == {
        user: FunctionUse(user, _sha256(text), layers)
        for user, text, layers in (
            ("default/hello", "hello", ()),
            ("default/other", "hello", ()),
            ("shop/cart", "newest", ("packages:1",)),
            ("shop/cart:1", "old", ("packages:2",)),
            ("shop/cart:2", "newer", ("packages:2",)),
        )
    }


def test_what_has_no_package_uses_none(scf: Scf) -> None:
    image = {"ImageType": "personal", "ImageUri": "ccr.ccs.tencentyun.com/shop/image:1@sha256:" + "0" * 64}
    scf.function("image", "", Code={"ImageConfig": image}, Runtime="CustomImage", Handler="")
    missing = {"CosBucketName": "nowhere", "CosBucketRegion": "ap-shanghai", "CosObjectName": "/code.zip"}
    scf.function("failed", "", Code=missing)
    scf.function("gone", "gone")
    scf.transition(5)
    scf.ask("DeleteFunction", {"FunctionName": "gone"})
    found = scf.found()
    assert {user: use.content for user, use in found.items()} == dict.fromkeys(
        ("default/image", "default/failed", "default/gone"), ""
    )


def test_every_layer_version_until_it_is_deleted(scf: Scf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloud_functions, "_PAGE", 1)
    for name, text in (("a", "1"), ("a", "2"), ("b", "1")):
        scf.layer(name, text)
    found = list(scf.survey.layer_versions())
    assert {each.id: each.content for each in found} == {"a:1": _sha256("1"), "a:2": _sha256("2"), "b:1": _sha256("1")}
    scf.survey.delete_layer_version(next(each for each in found if each.id == "a:1"))
    assert sorted(each.id for each in scf.survey.layer_versions()) == ["a:2", "b:1"]


def test_a_layer_version_that_is_not_there_yet_has_no_content(scf: Scf) -> None:
    scf.transition(5)
    scf.layer("a", "1")
    assert [each.content for each in scf.survey.layer_versions()] == [""]


@pytest.mark.parametrize("said", ["", "q" * 64, base64.b64encode(bytes(32)).decode()])
def test_what_is_in_use_must_be_known(scf: Scf, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise it would seem that nobody uses it, and purge would remove it."""
    true: Callable[..., dict[str, Any]] = TencentClient.ask

    def bent(client: TencentClient, action: str, parameters: dict[str, Any]) -> dict[str, Any]:
        answer = true(client, action, parameters)
        return answer | {"CodeSha256": said} if "CodeSha256" in answer else answer

    monkeypatch.setattr(TencentClient, "ask", bent)
    scf.function("hello", "hello")
    scf.layer("a", "1")
    with pytest.raises(CloudAnswerError, match=r"SCF GetFunctionAddress default/hello: .*\(request [0-9a-f-]{36}\)"):
        scf.found()
    with pytest.raises(CloudAnswerError, match="SCF GetLayerVersion a:1: CodeSha256"):
        list(scf.survey.layer_versions())


def test_what_passes_is_tried_again_and_nothing_else(scf: Scf, in_cloud: Connection, waits: list[float]) -> None:
    for number in range(4):
        scf.function(f"f{number}", "hello")
    plan = {"seed": 3, "rate": 0.4, "services": ["scf"], "kinds": ["throttle", "error", "gateway", "drop"]}
    in_cloud.ask("PUT", "/faults", json=plan)
    try:
        assert len(scf.found()) == 4
    finally:
        in_cloud.ask("DELETE", "/faults")
    assert waits
    waits.clear()
    with pytest.raises(CloudAnswerError, match="ResourceNotFound"):
        scf.survey._ask("GetFunction", FunctionName="nobody")
    assert waits == []
