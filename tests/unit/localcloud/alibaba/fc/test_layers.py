"""Layers by the official client, and functions that use them."""

from __future__ import annotations

import httpx
import pytest
from alibabacloud_fc20230330 import models as m
from alibabacloud_fc20230330.client import Client

from unit.localcloud.alibaba.fc.served_fc import REGION, Refused, ServedFc, create_function, inline, make_zip


def publish(client: Client, name: str = "l", runtimes: list[str] | None = None, text: str = "1") -> m.Layer:
    body = m.CreateLayerVersionInput(
        code=inline(python=text), compatible_runtime=["python3.10"] if runtimes is None else runtimes, description="d"
    )
    return client.create_layer_version(name, m.CreateLayerVersionRequest(body=body)).body


def use(client: Client, layers: list[str], name: str = "f") -> None:
    client.update_function(name, m.UpdateFunctionRequest(body=m.UpdateFunctionInput(layers=layers)))


def test_a_layer_version_reads_back(client: Client, served: ServedFc) -> None:
    made = publish(client)
    assert made.layer_version_arn == f"acs:fc:{REGION}:{served.account}:layers/l/versions/1"
    by_number = client.get_layer_version("l", "1").body
    by_arn = client.get_layer_version_by_arn(made.layer_version_arn).body
    for read in (by_number, by_arn):
        assert (read.description, read.version, read.code_size) == ("d", 1, made.code_size)
        with httpx.Client(proxy=f"http://127.0.0.1:{served.port}", verify=served.trust, trust_env=False) as http:
            assert http.get(read.code.location).content == make_zip(python="1")


def test_layers_are_listed_by_their_newest_version(client: Client) -> None:
    for name, times in (("a", 3), ("b", 1)):
        for number in range(times):
            publish(client, name, text=str(number))
    listed = client.list_layers(m.ListLayersRequest(limit=1)).body
    assert [(layer.layer_name, layer.version) for layer in listed.layers] == [("a", 3)]
    rest = client.list_layers(m.ListLayersRequest(next_token=listed.next_token)).body
    assert [(layer.layer_name, layer.version) for layer in rest.layers] == [("b", 1)]
    assert client.list_layers(m.ListLayersRequest(public="true")).body.layers == []
    first = client.list_layer_versions("a", m.ListLayerVersionsRequest(limit=2)).body
    assert ([layer.version for layer in first.layers], first.next_version) == ([1, 2], 3)
    last = client.list_layer_versions("a", m.ListLayerVersionsRequest(start_version=str(first.next_version))).body
    assert ([layer.version for layer in last.layers], last.next_version) == ([3], None)


def test_numbers_are_never_given_again(client: Client, served: ServedFc) -> None:
    for number in (1, 2):
        assert publish(client, text=str(number)).version == number
    client.delete_layer_version("l", "2")
    with Refused("LayerVersionNotFound", 404, "'2'"):
        client.get_layer_version("l", "2")
    assert publish(client).version == 3
    for number in (1, 3):
        client.delete_layer_version("l", str(number))
    with Refused("LayerNotFound", 404, "'l'"):
        client.get_layer_version("l", "1")
    assert served.do(lambda: served.cloud.store.kinds("fc/")) == []
    assert publish(client).version == 4


def test_what_is_not_there_is_not_found(client: Client, served: ServedFc) -> None:
    with Refused("LayerNotFound", 404, "'l'"):
        client.get_layer_version("l", "1")
    with Refused("LayerNotFound", 404):
        client.list_layer_versions("l", m.ListLayerVersionsRequest())
    with Refused("LayerNotFound", 404):
        client.put_layer_acl("l", m.PutLayerACLRequest(acl="1"))
    publish(client)
    with Refused("LayerVersionNotFound", 404):
        client.delete_layer_version("l", "2")
    with Refused("LayerVersionNotFound", 404):
        client.get_layer_version_by_arn(f"acs:fc:{REGION}:{served.account}:layers/l/versions/2")


@pytest.mark.parametrize(
    ("runtimes", "words"),
    [
        ([], "compatibleRuntime is required"),
        (["python9"], "'python9' is not a runtime"),
        (["python3.10", "python3.10"], "twice"),
    ],
)
def test_runtimes_that_are_refused(client: Client, served: ServedFc, runtimes: list[str], words: str) -> None:
    with Refused("InvalidArgument", 400, words):
        publish(client, runtimes=runtimes)
    assert served.blobs() == 0


def test_a_layer_may_name_runtimes_that_run_nowhere_here(client: Client) -> None:
    assert publish(client, runtimes=["nodejs20", "python3.12"]).compatible_runtime == ["nodejs20", "python3.12"]


def test_a_function_keeps_a_layer_that_was_deleted(client: Client, served: ServedFc) -> None:
    arn = publish(client).layer_version_arn
    create_function(client, layers=[arn])
    client.delete_layer_version("l", "1")
    paths = served.do(lambda: served.service.directory.resolve(served.account, REGION, "f").layers)
    assert [path.read_bytes() for path in paths] == [make_zip(python="1")]
    read = client.get_function("f", m.GetFunctionRequest()).body
    assert [layer.arn for layer in read.layers] == [arn]
    with Refused("LayerVersionNotFound", 404):
        client.update_function("f", m.UpdateFunctionRequest(body=m.UpdateFunctionInput(timeout=9)))
    use(client, [])
    assert served.blobs() == 1
    assert client.get_function("f", m.GetFunctionRequest()).body.layers == []


def test_layers_that_a_function_cannot_use(client: Client, served: ServedFc) -> None:
    good = publish(client).layer_version_arn
    other = publish(client, "other", ["python3.9"]).layer_version_arn
    create_function(client)
    with Refused("InvalidArgument", 400, "runtime: python3.10 is not supported by layer"):
        use(client, [other])
    with Refused("LayerVersionNotFound", 404):
        use(client, [good.replace("versions/1", "versions/9")])
    with Refused("InvalidArgument", 400, "layer 'l' is invalid"):
        use(client, ["l"])
    with Refused("InvalidArgument", 400, "not in region cn-hangzhou"):
        use(client, [good.replace(REGION, "cn-beijing")])
    with Refused("InvalidArgument", 400, "twice"):
        use(client, [good, good])
    six = [publish(client, text=str(number)).layer_version_arn for number in range(6)]
    with Refused("InvalidArgument", 400, "at most 5 layers, got 6"):
        use(client, six)
    use(client, six[1:])
    with Refused("InvalidArgument", 400, "runtime: python3.12 is not supported by layer"):
        client.update_function("f", m.UpdateFunctionRequest(body=m.UpdateFunctionInput(runtime="python3.12")))
    paths = served.do(lambda: served.service.directory.resolve(served.account, REGION, "f").layers)
    assert [path.read_bytes() for path in paths] == [make_zip(python=str(number)) for number in range(1, 6)]


def test_layers_over_2_gb_in_all_are_refused(client: Client, served: ServedFc) -> None:
    arns = [publish(client, text=str(number)).layer_version_arn for number in range(2)]

    def pretend() -> None:
        versions = served.scope.state.layer_versions
        for key, record in list(versions.scan()):
            record["code"]["size"] = (1 << 30) + 1
            versions.put(key, record)

    served.do(pretend)
    with Refused("InvalidArgument", 400, "more than the 2147483648 allowed"):
        create_function(client, layers=arns)
    create_function(client, layers=arns[:1])


def test_a_layer_of_another_account_must_be_public(client: Client, served: ServedFc) -> None:
    arn = publish(client).layer_version_arn
    from yunfn.localcloud.alibaba.fc.exceptions import LayerVersionNotFound
    from yunfn.localcloud.alibaba.fc.models.layer_use import find_layer_version
    from yunfn.localcloud.alibaba.fc.scope import FcScope

    other = FcScope(served.cloud, "1999999999999999", REGION)
    with pytest.raises(LayerVersionNotFound):
        served.do(lambda: find_layer_version(other, arn))
    client.put_layer_acl("l", m.PutLayerACLRequest(acl="1"))
    assert served.do(lambda: find_layer_version(other, arn))["document"]["layerName"] == "l"
    client.put_layer_acl("l", m.PutLayerACLRequest(public="false"))
    with pytest.raises(LayerVersionNotFound):
        served.do(lambda: find_layer_version(other, arn))
    for request in (m.PutLayerACLRequest(acl="2"), m.PutLayerACLRequest(public="yes")):
        with Refused("InvalidArgument", 400):
            client.put_layer_acl("l", request)


def test_a_layer_has_at_most_100_versions(client: Client, served: ServedFc) -> None:
    publish(client)

    def pretend() -> None:
        versions = served.scope.state.layer_versions
        ((_, record),) = versions.scan()
        for number in range(2, 101):
            versions.put(f"l/{number:010d}", record)

    served.do(pretend)
    with Refused("LimitExceededError", 400, "100 versions"):
        publish(client, text="2")
    assert served.blobs() == 1
