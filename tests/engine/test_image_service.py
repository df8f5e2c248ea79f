"""The picture service as users meet it: forms in, changed pictures out, and a reason for every bad request."""

from __future__ import annotations

import io
from collections.abc import Iterator

import httpx
import pytest
from PIL import Image

from support.clients import http_client
from support.local_account import LocalAccount
from support.pulumi_cli import PulumiCli, build_layer, copy_project

pytestmark = pytest.mark.engine
TOKEN = "the-token-of-this-test/+="
BEARER = {"authorization": f"Bearer {TOKEN}"}


@pytest.fixture(scope="module")
def service(
    account: LocalAccount, artifact_bucket: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """The stack image-prod, up; its outputs. The layer's packages are installed before, outside the local cloud."""
    build_layer("image")
    stack = PulumiCli(copy_project(tmp_path_factory.mktemp("image") / "project"), "image-prod", account.variables)
    stack.init()
    stack.configure(image__forceDestroy="true")
    stack.configure_secret(image__uploadToken=TOKEN)
    stack.up()
    yield stack.outputs()
    stack.destroy()


@pytest.fixture
def client(account: LocalAccount) -> Iterator[httpx.Client]:
    with http_client(account.cloud) as made:
        yield made


def picture(form: str = "PNG") -> bytes:
    """A picture whose corners differ, so that a turn shows."""
    made = Image.new("RGB", (40, 30), (200, 30, 30))
    made.paste((10, 200, 10), (0, 0, 20, 15))
    out = io.BytesIO()
    made.save(out, form)
    return out.getvalue()


def opened(answer: httpx.Response) -> Image.Image:
    assert answer.status_code == 200, answer.text
    return Image.open(io.BytesIO(answer.content))


def upload(client: httpx.Client, service: dict[str, str], name: str, content: bytes, **others: str) -> httpx.Response:
    """As ``curl -H "Authorization: Bearer …" -F "<name>=@<name>"`` does."""
    files = {name: (name, content, "application/octet-stream")}
    return client.post(f"{service['uploadUrl']}/upload/", files=files, headers={**BEARER, **others})


def test_a_form_upload_comes_back_changed(client: httpx.Client, service: dict[str, str]) -> None:
    stored = upload(client, service, "lena.png", picture())
    assert (stored.status_code, stored.text) == (201, "stored lena.png\n")
    true = Image.open(io.BytesIO(picture()))
    rotated = opened(client.get(f"{service['procUrl']}/proc/rotate/10/lena.png"))
    assert rotated.tobytes() == true.rotate(10, expand=True).tobytes()
    assert opened(client.get(f"{service['procUrl']}/proc/resize/10x20/lena.png")).size == (10, 20)
    assert opened(client.get(f"{service['procUrl']}/proc/thumbnail/20/lena.png")).size == (20, 15)


def test_a_picture_comes_back_in_its_own_format(client: httpx.Client, service: dict[str, str]) -> None:
    assert upload(client, service, "photo.jpg", picture("JPEG")).status_code == 201
    answer = client.get(f"{service['procUrl']}/proc/thumbnail/8/photo.jpg")
    assert opened(answer).format == "JPEG"
    assert answer.headers["content-type"] == "image/jpeg"


@pytest.mark.parametrize(
    ("path", "status", "reason"),
    [
        ("/proc/rotate/much/lena.png", 400, "'much' is no angle"),
        ("/proc/resize/0x5/lena.png", 400, "'0x5' is no size"),
        ("/proc/resize/99999/lena.png", 400, "'99999' is no size"),
        ("/proc/thumbnail/1e3/lena.png", 400, "'1e3' is no size"),
        ("/proc/rotate/10/lena.txt", 400, "is no picture's name"),
        ("/proc/sharpen/10/lena.png", 404, "ask for /proc/rotate/<degrees>/<name>"),
        ("/", 404, "ask for /proc/rotate/<degrees>/<name>"),
    ],
)
def test_a_bad_question_is_answered_with_the_reason(
    client: httpx.Client, service: dict[str, str], path: str, status: int, reason: str
) -> None:
    answer = client.get(service["procUrl"] + path)
    assert (answer.status_code, reason in answer.text) == (status, True), answer.text


def test_a_bad_upload_is_answered_with_the_reason(client: httpx.Client, service: dict[str, str]) -> None:
    url = f"{service['uploadUrl']}/upload/"
    for answer, status, reason in (
        (client.post(url, content=b"x", headers=BEARER), 415, "send a form upload"),
        (client.post(url, files={"nothing": (None, "x")}, headers=BEARER), 400, "holds no file"),
        (upload(client, service, "words.png", b"only words"), 400, "words.png is no picture"),
        (upload(client, service, "words.txt", picture()), 400, "no picture's name"),
        (upload(client, service, "cut.png", picture()[:60]), 400, "cut.png is no picture"),
    ):
        assert (answer.status_code, reason in answer.text) == (status, True), answer.text


@pytest.mark.parametrize("given", ["", TOKEN, f"Bearer {TOKEN[:-1]}", f"Bearer {TOKEN}x", "Basic dTpw"])
def test_pictures_are_taken_with_the_token_only(client: httpx.Client, service: dict[str, str], given: str) -> None:
    answer = upload(client, service, "lena.png", picture(), authorization=given)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert TOKEN not in answer.text


def test_the_triggers_take_their_own_method_only(client: httpx.Client, service: dict[str, str]) -> None:
    refused = (
        client.get(f"{service['uploadUrl']}/upload/"),
        client.post(f"{service['procUrl']}/proc/rotate/10/lena.png"),
    )
    assert all(
        400 <= answer.status_code < 500 and "x-fc-invocation-duration" not in answer.headers for answer in refused
    )
