"""One stack of SCF's six resources on the real engine, from its first preview until nothing is left.

The life is lived once; the tests look at its chapters. The 12 traps are those of the tencentcloud provider, read in its
source (1.82.42): each is shown to be absent here.
"""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from support.local_account import LocalAccount, writes
from support.scf_life import DOMAIN, HELD, NAME, Chapter, Life

pytestmark = pytest.mark.engine
RESOURCES = {"notes", "words", "function", "web", "one", "live", "default", "timer", "url", "domain"}


@pytest.fixture(scope="module")
def life(own_account: LocalAccount, programs: Path, tmp_path_factory: pytest.TempPathFactory) -> Life:
    made = Life(own_account, programs / "scf_life.py", tmp_path_factory.mktemp("life"))
    made.live()
    return made


def _ended(life: Life, name: str) -> Chapter:
    """A chapter that has to have ended well."""
    chapter = life.chapters[name]
    assert chapter.outcome.code == 0, chapter.outcome.output
    return chapter


def _number(chapter: Chapter, version: str) -> str:
    return str(chapter.state[version]["outputs"]["versionId"])


def _waited(chapter: Chapter, action: str, resource: str, then: str, other: str) -> float:
    """Seconds from the beginning of the only ``action`` on a resource to the end of the first ``then`` on another."""
    (one,) = (each for each in chapter.asked(action) if each["resource"] == resource)
    next_one = next(each for each in chapter.asked(then) if each["resource"] == other)
    ends = [datetime.fromisoformat(each["time"]).timestamp() for each in (one, next_one)]
    # The journal has milliseconds.
    return ends[1] - ends[0] + one["ms"] / 1000 + 0.002


def _pairs(found: Any) -> dict[str, str]:
    return {each.Key: each.Value for each in found if not each.Key.startswith("yunfn:")}


def _seen(chapter: Chapter) -> dict[str, Any]:
    """What the program of a stage changes, as the cloud has it."""
    function, web, triggers = chapter.cloud["function"], chapter.cloud["web"], chapter.cloud["triggers"]
    return {
        "functions": chapter.cloud["functions"],
        "memory": function.MemorySize,
        "environment": _pairs(function.Environment.Variables),
        "tags": _pairs(function.Tags),
        "runtime": function.Runtime,
        "init": function.InitTimeout,
        "dead": function.DeadLetterConfig.Name,
        "layers": [(each.LayerName, each.LayerVersion) for each in function.Layers],
        "idle": web.ProtocolParams.WSParams.IdleTimeOut,
        "calls": web.InstanceConcurrencyConfig.MaxConcurrency,
        "code": chapter.cloud["code"]["$LATEST"],
        "ready": chapter.cloud["ready"],
        "aliases": chapter.cloud["aliases"],
        "triggers": {key: (each.Enable, each.AvailableStatus) for key, each in triggers.items()},
        "cron": triggers["timer:nightly:live"].TriggerDesc,
        "domains": chapter.cloud["domains"],
        "published": chapter.cloud["layers"],
    }


def _declared(chapter: Chapter, stage: int, code: str, words: int, notes: int = 1) -> dict[str, Any]:
    """What ``_seen`` must be after a stage."""
    one = _number(chapter, "one")
    newest = one if stage == 1 else _number(chapter, "two")
    return {
        "functions": [NAME, f"{NAME}-web"],
        "memory": 128 * stage,
        "environment": {"STAGE": str(stage)},
        "tags": {"stage": str(stage)},
        "runtime": "Python3.9" if stage == 3 else "Python3.6",
        "init": 70 + stage,
        "dead": f"dead{stage}",
        "layers": [(f"{NAME}-words", words)],
        "idle": 20 + stage,
        "calls": 10 * stage,
        "code": code,
        "ready": {one: min(stage, 2)},
        "aliases": {"live": (newest, {}), "$DEFAULT": (one, {} if stage == 1 else {newest: 0.25})},
        "triggers": {"http:url:$DEFAULT": (1, "Available"), "timer:nightly:live": (1, "Available")},
        "cron": f'{{"cron":"0 0 {stage} * * * *"}}',
        "domains": {DOMAIN: [(NAME, "$DEFAULT", f"/v{stage}/*")]},
        "published": {"notes": {notes: "Active"}, "words": {words: "Active"}},
    }


def test_a_preview_asks_nothing(life: Life) -> None:
    preview = _ended(life, "preview")
    assert preview.outcome.changes == {"to create": len(RESOURCES) + 1}
    assert preview.calls == []


def test_all_of_it_is_made_as_declared(life: Life) -> None:
    made = _ended(life, "made")
    assert set(made.state) == RESOURCES
    assert _seen(made) == _declared(made, 1, life.code[0], words=1)


def test_a_second_up_has_nothing_to_do_and_asks_nothing(life: Life) -> None:
    assert _ended(life, "again").calls == []


def test_one_up_changes_each_resource_in_place(life: Life) -> None:
    made, changed = _ended(life, "made"), _ended(life, "changed")
    assert changed.outcome.changes == {"created": 1, "updated": 8, "replaced": 1}
    assert _seen(changed) == _declared(changed, 2, life.code[1], words=2)
    for same in RESOURCES - {"words"}:
        assert changed.state[same]["id"] == made.state[same]["id"]
    assert changed.cloud["function"].FunctionId == made.cloud["function"].FunctionId
    assert {operation for operation in writes(changed.calls) if "Delete" in operation} == {"scf:DeleteLayerVersion"}


def test_what_is_replaced_and_keeps_its_name_goes_first_and_takes_along_what_belongs_to_it(life: Life) -> None:
    changed, replaced = _ended(life, "changed"), _ended(life, "replaced")
    assert replaced.outcome.changes["replaced"] == 9
    assert _seen(replaced) == _declared(replaced, 3, life.code[2], words=3)
    assert replaced.cloud["function"].FunctionId != changed.cloud["function"].FunctionId
    asked = [each["operation"] for each in replaced.calls]
    # A URL cannot go while a domain leads there; a layer's old version goes when nothing needs it any more.
    order = ["DeleteCustomDomain", "DeleteFunction", "CreateFunction", "CreateCustomDomain", "DeleteLayerVersion"]
    assert [asked.index(each) for each in order] == sorted(asked.index(each) for each in order)


def test_a_refresh_sees_what_another_hand_changed(life: Life) -> None:
    refreshed = _ended(life, "refreshed")
    assert refreshed.outcome.changes == {"updated": 5, "deleted": 1}
    assert set(refreshed.state) == (RESOURCES | {"two"}) - {"notes"}
    inputs = {name: each["inputs"] for name, each in refreshed.state.items()}
    assert (inputs["function"]["memorySize"], inputs["function"]["tags"]) == (512, {"stage": "outside"})
    assert inputs["function"]["codeSha256"] == refreshed.cloud["code"]["$LATEST"] != life.code[2]
    assert inputs["live"]["functionVersion"] == "$LATEST"
    assert inputs["timer"]["enabled"] is False
    assert "provisionedConcurrency" not in inputs["one"]
    assert [each["pathMatch"] for each in inputs["domain"]["endpoints"]] == ["/outside/*"]


def test_the_next_up_puts_it_right(life: Life) -> None:
    repaired = _ended(life, "repaired")
    assert repaired.outcome.changes == {"created": 1, "updated": 5}
    assert _seen(repaired) == _declared(repaired, 3, life.code[2], words=3, notes=2)


def test_what_is_imported_by_its_id_differs_from_the_program_in_nothing(life: Life) -> None:
    imported, kept = _ended(life, "imported"), _ended(life, "kept")
    assert f"= {len(RESOURCES) + 1} imported" in imported.outcome.output
    assert writes(imported.calls) == []
    assert kept.calls == []


def test_what_somebody_deleted_already_is_no_hindrance_to_destroy(life: Life) -> None:
    destroyed = _ended(life, "destroyed")
    assert destroyed.state == {}
    assert destroyed.cloud == {"functions": [], "domains": {}, "layers": {}}


# The traps


def test_trap_1_other_content_of_a_layer_is_a_new_version_that_is_waited_for(life: Life) -> None:
    made, changed = life.chapters["made"], life.chapters["changed"]
    assert changed.cloud["layers"]["words"] == {2: "Active"}
    assert changed.state["words"]["outputs"]["codeSha256"] == life.words[-1] != life.words[0]
    for chapter, user in ((made, "CreateFunction"), (changed, "UpdateFunctionConfiguration")):
        assert _waited(chapter, "PublishLayerVersion", f"{NAME}-words", user, f"default/{NAME}") >= HELD
        assert chapter.state["words"]["outputs"]["status"] == "Active"


def test_trap_2_layers_are_sent_by_updates_and_read(life: Life) -> None:
    changed, refreshed = life.chapters["changed"], life.chapters["refreshed"]
    assert re.search(r"scf:Function function updating .*\[diff: ~[^]]*\blayers\b", changed.outcome.output)
    assert [each.LayerVersion for each in changed.cloud["function"].Layers] == [2]
    assert not refreshed.cloud["function"].Layers
    assert not refreshed.state["function"]["inputs"].get("layers")
    assert [each.LayerVersion for each in life.chapters["repaired"].cloud["function"].Layers] == [3]


def test_trap_3_code_is_known_by_its_bytes_not_by_its_key(life: Life) -> None:
    # Another key, the same bytes: nothing to do. The same key, other bytes: other code.
    assert [life.keys[each] for each in ("made", "again", "changed")] == ["code.zip", "elsewhere.zip", "code.zip"]
    assert life.chapters["again"].calls == []
    assert life.chapters["changed"].cloud["code"]["$LATEST"] == life.code[1]


def test_trap_4_buckets_are_named_in_one_way_everywhere(life: Life) -> None:
    made = life.chapters["made"]
    bucket = life.judge.bucket.name
    function, layer = made.state["function"]["inputs"]["code"], made.state["words"]["inputs"]["content"]
    assert (f"{function['cosBucketName']}-{life.judge.app_id}", layer["cosBucketName"]) == (bucket, bucket)
    assert bucket.count("-") > 1
    assert made.cloud["code"]["$LATEST"] == life.code[0]
    assert made.state["words"]["outputs"]["codeSha256"] == life.words[0]


def test_trap_5_an_alias_of_which_only_the_version_changes_moves(life: Life) -> None:
    made, changed = life.chapters["made"], life.chapters["changed"]
    old, new = made.state["live"]["inputs"], changed.state["live"]["inputs"]
    assert {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)} == {"functionVersion"}
    assert changed.cloud["aliases"]["live"][0] == _number(changed, "two") != made.cloud["aliases"]["live"][0]


def test_trap_6_the_default_alias_is_taken_over_not_created(life: Life) -> None:
    made = life.chapters["made"]
    assert len(made.asked("CreateAlias")) == 1
    assert made.state["default"]["id"] == f"default/{NAME}:$DEFAULT"
    assert all("code" not in each for each in made.asked("CreateAlias") + made.asked("UpdateAlias"))


def test_trap_7_a_version_follows_the_code(life: Life) -> None:
    changed = life.chapters["changed"]
    code = changed.cloud["code"]
    assert (code[_number(changed, "one")], code[_number(changed, "two")]) == (life.code[0], life.code[1])


def test_trap_8_publishing_is_waited_for_not_fatal(life: Life) -> None:
    changed = life.chapters["changed"]
    assert _waited(changed, "PublishVersion", f"default/{NAME}", "UpdateAlias", f"default/{NAME}") >= HELD


def test_trap_9_triggers_go_through_the_alias_and_each_is_changed_alone(life: Life) -> None:
    made, changed = life.chapters["made"], life.chapters["changed"]
    assert {each.Qualifier for each in made.cloud["triggers"].values()} == {"live", "$DEFAULT"}
    about = [each["operation"] for each in changed.calls if "Trigger" in each["operation"]]
    assert [each for each in about if not each.startswith("List")] == ["UpdateTrigger"]
    url = "http:url:$DEFAULT"
    assert changed.cloud["triggers"][url]._serialize() == made.cloud["triggers"][url]._serialize()


def test_trap_10_a_read_that_is_refused_is_an_error_and_drops_nothing(life: Life) -> None:
    denied = life.chapters["denied"]
    assert denied.outcome.code != 0
    assert "SCF GetFunction: UnauthorizedOperation" in denied.outcome.output
    kept, before = denied.state, life.chapters["repaired"].state
    for part in ("id", "inputs", "outputs"):
        assert {name: each[part] for name, each in kept.items()} == {name: each[part] for name, each in before.items()}


def test_trap_11_the_internet_is_reached_unless_it_is_forbidden(life: Life) -> None:
    made = life.chapters["made"]
    for called in ("function", "web"):
        assert "publicNetConfig" not in made.state[called]["inputs"]
        assert made.cloud[called].PublicNetConfig.PublicNetStatus == "ENABLE"


def test_trap_12_what_upstream_lacks_can_be_set(life: Life) -> None:
    made = life.chapters["made"]
    function, web = made.cloud["function"], made.cloud["web"]
    assert (function.InitTimeout, function.TraceEnable, function.AsyncRunEnable) == (71, "TRUE", "TRUE")
    assert (function.DeadLetterConfig.Type, function.DeadLetterConfig.Name) == ("CMQ-QUEUE", "dead1")
    assert (web.ProtocolType, web.InstanceConcurrencyConfig.MaxConcurrency) == ("WS", 10)
