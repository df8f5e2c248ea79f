"""The picture service on Alibaba Cloud: a PNG goes in, and comes back rotated."""

from __future__ import annotations

import json
from pathlib import Path

from tests.demo import picture, planted, show
from tests.demo.places import Place
from tests.demo.steps import StepFailedError, Steps

from support.pulumi_cli import ROOT, PulumiCli

CREATES = """\
  an OSS bucket for artifacts (if there is none yet) and one for pictures, a log project with one logstore,
  3 RAM roles with one policy each, a layer, 2 functions with HTTP triggers that anybody may call while they stand."""


class ImageService:
    """See Show."""

    cloud = "alibaba"
    bootstrap = "bootstrap"

    def __init__(self, steps: Steps, place: Place, project: Path) -> None:
        self._steps = steps
        self._place = place
        self.stack = PulumiCli(project, place.stack("image-dev"), place.variables)
        self.secrets = {"the upload token": planted.new("upload")} if place.local is not None else {}
        self._outputs: dict[str, str] = {}

    @staticmethod
    def prepare(steps: Steps) -> list[Path]:
        """Build the layer; its packages."""
        title = "layer: Pillow for python3.10 on the cloud's Linux"
        return show.build_layer(steps, title, ROOT / "layers" / "image").files

    def up(self) -> None:
        """See Show."""
        with self._steps.step(f"up: {self.stack.stack}"):
            self.stack.init()
            for token in self.secrets.values():
                self.stack.configure_secret(image__uploadToken=token)
            self.stack.up()
        self._outputs = self.stack.outputs()

    def work(self) -> None:
        """See Show."""
        self._upload_and_rotate()
        show.expect_no_changes(self._steps, self.stack)
        self._show_logs()

    def tidy(self) -> None:
        """See Show."""

    def hints(self) -> list[str]:
        """See Show."""
        return [
            f'token="$(cd {self.stack.folder} && pulumi config get image:uploadToken --stack {self.stack.stack})"',
            f'curl -H "Authorization: Bearer $token" {self._outputs["uploadUrl"]}/upload/ -F "lena.png=@lena.png"',
            f"curl {self._outputs['procUrl']}/proc/rotate/10/lena.png >rotated.png",
        ]

    def _upload_and_rotate(self) -> None:
        """Send a PNG through the HTTP trigger and check the rotated one that comes back, decoded."""
        original, http, outputs = picture.make(), self._place.http, self._outputs
        with self._steps.step("upload: a real PNG through the HTTP trigger"):
            form = {"lena.png": ("lena.png", original, "image/png")}
            url, tokens = f"{outputs['uploadUrl']}/upload/", list(self.secrets.values())
            headers = {"authorization": f"Bearer {tokens[0]}"} if tokens else {}
            if tokens and (answer := http.post(url, files=form)).status_code != 401:
                raise StepFailedError(f"taken without the token: {answer.status_code} {answer.text}")
            show.succeed(lambda: http.post(url, files=form, headers=headers))
        with self._steps.step(f"proc: the PNG comes back rotated by {picture.ANGLE} degrees, checked by decoding it"):
            answer = show.succeed(lambda: http.get(f"{outputs['procUrl']}/proc/rotate/{picture.ANGLE}/lena.png"))
            if wrong := picture.differs_from_rotated(original, answer.content):
                raise StepFailedError(wrong)

    def _show_logs(self) -> None:
        """Read the functions' lines back from the log service, by its official client."""
        with self._steps.step("logs: the functions' lines, read back from the log service"):
            lines = json.loads(
                show.run_python(self._place, "read_log.py", json.dumps(self._outputs), self._place.regions[self.cloud])
            )
        for line in lines[:6]:
            self._steps.say(line)
