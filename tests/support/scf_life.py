"""The life of a stack of SCF's six resources, told once: what each run of the engine did, and what SCF then had."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support import tencent_api
from support.local_account import LocalAccount
from support.pulumi_cli import Outcome, PulumiCli
from support.scf_judge import REGION, ScfJudge

NAME = "life"
DOMAIN = f"{NAME}.example.com"
#: Seconds that states last: longer than it takes to ask what must not be asked yet.
HELD = 0.4
#: How SCF is told that there shall be none.
NO_LAYER = {"LayerName": "", "LayerVersion": 0}
_DENIES_READS = {
    "version": "2.0",
    "statement": [
        {"effect": "allow", "action": ["*"], "resource": ["*"]},
        {"effect": "deny", "action": ["scf:GetFunction"], "resource": ["*"]},
    ],
}


@dataclass
class Chapter:
    """One run: what it said, the calls of API 3.0 that it made, what SCF had afterwards and what the state."""

    outcome: Outcome
    calls: list[dict[str, Any]]
    cloud: dict[str, Any] = field(default_factory=dict)
    state: dict[str, dict[str, Any]] = field(default_factory=dict)

    def asked(self, action: str) -> list[dict[str, Any]]:
        """The calls of one action."""
        return [each for each in self.calls if each["operation"] == action]


class Life:
    """The stack while it lives; chapters by name, in the order in which they happened."""

    def __init__(self, account: LocalAccount, program: Path, folder: Path) -> None:
        self.judge = ScfJudge(account, "code-of-life")
        self.judge.transitions(HELD)
        self._account, self._program, self._folder = account, program, folder
        self.stack = self._stack("life")
        self.words = [self.judge.store("words.zip", "words")] * 2
        self.code = [self.judge.store("code.zip", "first")]
        self.chapters: dict[str, Chapter] = {}
        #: The key of the code's package in each chapter, as it is set then.
        self.keys: dict[str, str] = {}
        self._key = "code.zip"
        self._configure(self.stack, 1)

    def _stack(self, name: str) -> PulumiCli:
        made = self._account.stack(self._folder / name, self._program, name)
        made.configure(
            t__name=NAME,
            t__account=self.judge.app_id,
            t__region=REGION,
            # As the API wants it; the program adds the account where it is to be told.
            t__bucket=self.judge.bucket.name.removesuffix(f"-{self.judge.app_id}"),
            t__notes=self.judge.store("notes.zip", "notes"),
        )
        return made

    def _configure(self, stack: PulumiCli, stage: int) -> None:
        stack.configure(t__stage=str(stage), t__code=self.code[-1], t__words=self.words[-1])

    def _name_code(self, key: str) -> None:
        self._key = key
        self.stack.configure(t__key=key)

    def chapter(self, name: str, command: str, *arguments: str, stack: PulumiCli | None = None) -> Chapter:
        """Run a command that may fail, and note what came of it."""
        begun = len(self._account.journal())
        self.keys[name] = self._key
        outcome: Outcome = getattr(stack or self.stack, command)(*arguments, check=False)
        calls = [
            each
            for each in self._account.journal()[begun:]
            if each["service"] in ("scf", "cos", "cam", "tag", "sts") and each["operation"]
        ]
        state = {
            each["urn"].rpartition("::")[2]: each for each in self.stack.resources() if "yunfn:scf" in each["type"]
        }
        made = self.chapters[name] = Chapter(outcome, calls, self.seen(), state)
        return made

    def seen(self) -> dict[str, Any]:
        """What SCF has, by the official SDK."""
        judge = self.judge
        found: dict[str, Any] = {
            "functions": judge.functions(),
            "domains": judge.domains(),
            "layers": {
                each: judge.layer(f"{NAME}-{each}")
                for each in ("notes", "words")
                if judge.ask("ListLayerVersions", LayerName=f"{NAME}-{each}").LayerVersions
            },
        }
        if NAME in found["functions"]:
            found["function"] = judge.ask("GetFunction", FunctionName=NAME)
            found["web"] = judge.ask("GetFunction", FunctionName=f"{NAME}-web")
            found["aliases"] = judge.aliases(NAME)
            found["triggers"] = judge.triggers(NAME)
            found["code"] = {
                each: judge.ask("GetFunctionAddress", FunctionName=NAME, Qualifier=each).CodeSha256
                for each in ("$LATEST", *judge.versions(NAME))
            }
            ready = judge.ask("GetProvisionedConcurrencyConfig", FunctionName=NAME).Allocated
            found["ready"] = {each.Qualifier: each.AllocatedProvisionedConcurrencyNum for each in ready}
        return found

    # The chapters

    def live(self) -> None:
        """All of it, from the first preview until nothing is left."""
        self.chapter("preview", "preview")
        self.chapter("made", "up")
        self.judge.store_again("code.zip", "elsewhere.zip")
        self._name_code("elsewhere.zip")
        self.chapter("again", "up", "--expect-no-changes")
        self._name_code("code.zip")
        # The same key with other code, the same with a layer's content.
        self.code.append(self.judge.store("code.zip", "second"))
        self.words.append(self.judge.store("words.zip", "other words"))
        self._configure(self.stack, 2)
        self.chapter("changed", "up")
        self.code.append(self.judge.store("code.zip", "third"))
        self._configure(self.stack, 3)
        replaced = self.chapter("replaced", "up")
        assert replaced.outcome.code == 0, replaced.outcome.output
        self._another_hand()
        self.chapter("refreshed", "refresh")
        self.chapter("repaired", "up")
        self._denied()
        self._imported()
        self._gone()
        self.chapter("destroyed", "destroy")

    def _another_hand(self) -> None:
        judge = self.judge
        judge.change("UpdateFunctionConfiguration", NAME, MemorySize=512, Layers=[NO_LAYER])
        location = {"CosBucketName": judge.bucket.name.rpartition("-")[0], "CosObjectName": "/outside.zip"}
        judge.store("outside.zip", "outside")
        judge.change("UpdateFunctionCode", NAME, Handler="index.main_handler", Code=location)
        resource = f"qcs::scf:{REGION}:uin/:namespace/default/function/{NAME}"
        tag = [{"TagKey": "stage", "TagValue": "outside"}]
        tencent_api.ask(self._account.cloud, "tag", "ModifyResourceTags", Resource=resource, ReplaceTags=tag)
        judge.change("UpdateAlias", NAME, Name="live", FunctionVersion="$LATEST")
        (cron,) = (each for each in judge.triggers(NAME).values() if each.Type == "timer")
        timer = {"TriggerName": cron.TriggerName, "Type": "timer", "Qualifier": "live"}
        judge.change("UpdateTriggerStatus", NAME, Enable="CLOSE", TriggerDesc=cron.TriggerDesc, **timer)
        judge.ask("DeleteLayerVersion", LayerName=f"{NAME}-notes", LayerVersion=1)
        # Both versions are published at the same time; either may be the first.
        provisioned = self.chapters["replaced"].state["one"]["outputs"]["versionId"]
        judge.ask("DeleteProvisionedConcurrencyConfig", FunctionName=NAME, Qualifier=provisioned)
        judge.settle(NAME)
        endpoint = {"Namespace": "default", "FunctionName": NAME, "Qualifier": "$DEFAULT", "PathMatch": "/outside/*"}
        judge.ask("UpdateCustomDomain", Domain=DOMAIN, Protocol="HTTP", EndpointsConfig=[endpoint])

    def _denied(self) -> None:
        """A refresh by a user who may do everything but read functions."""

        def cam(action: str, **parameters: Any) -> dict[str, Any]:
            return tencent_api.ask(self._account.cloud, "cam", action, **parameters)

        user = cam("AddUser", Name="blind", UseApi=1)
        policy = cam("CreatePolicy", PolicyName="blind", PolicyDocument=json.dumps(_DENIES_READS))["PolicyId"]
        cam("AttachUserPolicy", AttachUin=user["Uin"], PolicyId=policy)
        owner = self.stack.environment
        key = {"TENCENTCLOUD_SECRET_ID": user["SecretId"], "TENCENTCLOUD_SECRET_KEY": user["SecretKey"]}
        self.stack.environment = {**owner, **key}
        self.chapter("denied", "refresh")
        self.stack.environment = owner

    def _imported(self) -> None:
        """All resources into another stack by their ids, where the same program finds nothing to do."""
        other = self._stack("imported")
        self._configure(other, 3)
        resources = [
            {"type": each["type"], "name": name, "id": each["id"]}
            for name, each in self.chapters["repaired"].state.items()
        ]
        (other.folder / "import.json").write_text(json.dumps({"resources": resources}))
        options = ("--yes", "--skip-preview", "--protect=false", "--generate-code=false", "--file", "import.json")
        self.chapter("imported", "run_import", *options, stack=_Importing(other))
        self.chapter("kept", "preview", "--expect-no-changes", stack=other)

    def _gone(self) -> None:
        """Somebody deletes one of each of the six before the stack is destroyed."""
        judge = self.judge
        judge.ask("DeleteCustomDomain", Domain=DOMAIN)
        judge.delete(NAME)
        for name, versions in self.chapters["kept"].cloud["layers"].items():
            for version in versions:
                judge.ask("DeleteLayerVersion", LayerName=f"{NAME}-{name}", LayerVersion=version)


class _Importing(PulumiCli):
    """A stack whose resources are imported."""

    def __init__(self, stack: PulumiCli) -> None:
        super().__init__(stack.folder, stack.stack, stack.environment)

    def run_import(self, *arguments: str, check: bool) -> Outcome:
        """``pulumi import``."""
        return self.run("import", *arguments, check=check)
