"""Which artifacts are still used, and which may go."""

from __future__ import annotations

from yunfn.storage.retained import FunctionUse, LayerVersion, Retained, StoredObject, sort_out


def _object(key: str, content: str, size: int = 100) -> StoredObject:
    return StoredObject(key, size, content)


def _layer(name: str, version: int, content: str) -> LayerVersion:
    return LayerVersion(f"acs:fc:r:1:layers/{name}/versions/{version}", name, version, content)


def _users(found: list[Retained], name: str) -> tuple[str, ...]:
    (item,) = [item for item in found if item.name == name]
    return item.used_by


def test_a_package_is_used_by_whoever_holds_its_bytes() -> None:
    objects = [_object("code/a/1.zip", "11"), _object("code/a/2.zip", "22"), _object("code/b/3.zip", "33")]
    functions = [FunctionUse("a", "22", ()), FunctionUse("a:1", "11", ())]
    found = sort_out(objects, [], functions)
    assert _users(found, "code/a/1.zip") == ("a:1",)
    assert _users(found, "code/a/2.zip") == ("a",)
    assert _users(found, "code/b/3.zip") == ()


def test_a_layer_version_is_used_by_its_id_and_keeps_its_package() -> None:
    objects = [_object("layers/p/1.zip", "1"), _object("layers/p/2.zip", "2")]
    layers = [_layer("p", 1, "1"), _layer("p", 2, "2")]
    functions = [FunctionUse("f:3", "99", (layers[0].id,))]
    found = sort_out(objects, layers, functions)
    assert _users(found, "p:1") == _users(found, "layers/p/1.zip") == ("f:3",)
    assert _users(found, "p:2") == _users(found, "layers/p/2.zip") == ()


def test_layers_that_yunfn_did_not_publish_are_left_out() -> None:
    found = sort_out([_object("code/x/1.zip", "7")], [_layer("theirs", 1, "7"), _layer("other", 1, "8")], [])
    assert [item.name for item in found] == ["code/x/1.zip"]


def test_two_layer_versions_of_the_same_bytes_share_their_users() -> None:
    layers = [_layer("p", 1, "1"), _layer("p", 2, "1")]
    functions = [FunctionUse("f", "5", (layers[1].id,))]
    found = sort_out([_object("layers/p/1.zip", "1")], layers, functions)
    assert _users(found, "p:1") == ()
    assert _users(found, "p:2") == ("f",)
    assert _users(found, "layers/p/1.zip") == ("f",)


def test_a_layer_version_is_as_large_as_its_package() -> None:
    found = sort_out([_object("code/p/1.zip", "1", 5), _object("layers/p/1.zip", "1", 7)], [_layer("p", 1, "1")], [])
    assert next((item.name, item.size) for item in found) == ("p:1", 7)
