"""Custom domains: paths lead to their functions by alias, over HTTP and over HTTPS with one's own certificate."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from alibabacloud_fc20230330 import models

from support.clients import FunctionComputeClient, http_client
from support.local_account import LocalAccount
from support.pulumi_cli import PulumiCli
from support.tls import Issued, issue

pytestmark = pytest.mark.engine
NewStack = Callable[[str], PulumiCli]
PLAIN, SECURE = "plain.pages.example.com", "secure.pages.example.com"
_CODE = """\
import json, os

def handler(event, context):
    asked = json.loads(event)
    answer = {"who": os.environ["WHO"], "path": asked["rawPath"], "qualifier": context.service.qualifier}
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(answer)}
"""


@pytest.fixture(scope="module")
def certificate() -> Issued:
    return issue(SECURE)


@pytest.fixture(scope="module")
def stack(module_stack: NewStack, certificate: Issued, tmp_path_factory: pytest.TempPathFactory) -> PulumiCli:
    code = tmp_path_factory.mktemp("pages")
    (code / "index.py").write_text(_CODE)
    made = module_stack("two_domains")
    made.configure(t__code=str(code), t__plain=PLAIN, t__secure=SECURE, t__chain=certificate.chain)
    made.configure_secret(t__key=certificate.key)
    made.up()
    return made


def _ask(account: LocalAccount, path: str, method: str = "GET", scheme: str = "http") -> httpx.Response:
    with http_client(account.cloud) as client:
        return client.request(method, f"{scheme}://{PLAIN}{path}")


def _answered(response: httpx.Response) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def test_up_again_and_refresh_find_nothing_to_do(stack: PulumiCli) -> None:
    stack.up("--expect-no-changes")
    stack.refresh("--expect-no-changes")


def test_paths_lead_to_their_functions_by_alias(account: LocalAccount, stack: PulumiCli) -> None:
    first = _answered(_ask(account, "/first/a/b"))
    assert first == {"who": "first", "path": "/first/a/b", "qualifier": "live"}
    second = _answered(_ask(account, "/second/a"))
    assert second == {"who": "second", "path": "/rewritten/a", "qualifier": "live"}
    assert _answered(_ask(account, "/first/x", "POST"))["who"] == "first"


def test_what_no_route_takes_is_refused(account: LocalAccount, stack: PulumiCli) -> None:
    assert _ask(account, "/third").status_code == 404
    assert _ask(account, "/second/a", "POST").status_code in (403, 405)
    with pytest.raises(httpx.HTTPError):
        # The domain has no certificate, so it has no HTTPS either: whoever answers is not it.
        _ask(account, "/first/a", scheme="https").raise_for_status()


def test_https_is_served_with_the_domains_own_certificate(
    account: LocalAccount, stack: PulumiCli, certificate: Issued
) -> None:
    own = ssl.create_default_context(cadata=certificate.ca)
    proxy = f"http://127.0.0.1:{account.cloud.proxy_port}"
    with httpx.Client(proxy=proxy, verify=own, trust_env=False, timeout=60) as client:
        assert _answered(client.get(f"https://{SECURE}/x"))["who"] == "second"
    # The local cloud's own CA vouches for the clouds' names and not for this one.
    with http_client(account.cloud) as client, pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        client.get(f"https://{SECURE}/x")
    with http_client(account.cloud) as client:
        plain = client.get(f"http://{SECURE}/x")
    assert plain.status_code >= 400


def test_routes_and_certificates_change_in_place(account: LocalAccount, stack: PulumiCli, certificate: Issued) -> None:
    assert _answered(_ask(account, "/second/exact"))["who"] == "first"
    renewed = issue(SECURE)
    stack.configure(t__exact="second", t__chain=renewed.chain)
    stack.configure_secret(t__key=renewed.key)
    changed = stack.up()
    assert changed.changes["updated"] == 2
    assert "replaced" not in changed.changes
    assert _answered(_ask(account, "/second/exact"))["who"] == "second"
    proxy = f"http://127.0.0.1:{account.cloud.proxy_port}"
    with httpx.Client(
        proxy=proxy, verify=ssl.create_default_context(cadata=renewed.ca), trust_env=False, timeout=60
    ) as client:
        assert _answered(client.get(f"https://{SECURE}/x"))["who"] == "second"
    stack.up("--expect-no-changes")
    stack.configure(t__exact="first", t__chain=certificate.chain)
    stack.configure_secret(t__key=certificate.key)
    stack.up()


def test_a_route_changed_behind_pulumis_back_is_drift(account: LocalAccount, stack: PulumiCli) -> None:
    client = FunctionComputeClient(account.cloud)
    route = models.PathConfig(path="/*", function_name=stack.outputs()["first"], qualifier="LATEST", methods=["GET"])
    meddled = models.UpdateCustomDomainInput(route_config=models.RouteConfig(routes=[route]))
    client.call("update_custom_domain", PLAIN, models.UpdateCustomDomainRequest(body=meddled))
    assert _answered(_ask(account, "/second/a"))["who"] == "first"
    stack.refresh()
    mended = stack.up()
    assert mended.changes["updated"] == 1
    assert _answered(_ask(account, "/second/a"))["who"] == "second"


def test_the_cloud_and_the_state_keep_the_private_key(
    account: LocalAccount, stack: PulumiCli, certificate: Issued
) -> None:
    document = FunctionComputeClient(account.cloud).call("get_custom_domain", SECURE)
    assert document.cert_config.cert_name == "own"
    assert not document.cert_config.private_key
    assert certificate.key.splitlines()[1] not in stack.run("stack", "export").output
