"""The commands about deployed functions as processes: what the shell completes, and what they import."""

from __future__ import annotations

from pathlib import Path

from unit.cli.command import Yunfn


def test_the_shell_completes_stacks(yunfn: Yunfn, tmp_path: Path) -> None:
    (tmp_path / "stacks" / "config").mkdir(parents=True)
    for name in ("Pulumi.yaml", "Pulumi.dev.yaml", "stacks/config/Pulumi.demo.yaml", "Pulumi.prod.yaml"):
        (tmp_path / name).touch()
    words = "yunfn status -s d"
    done = yunfn(_YUNFN_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD="3", cwd=tmp_path)
    assert done.stdout.split() == ["demo", "dev"]


def test_they_import_no_sdk_until_a_cloud_is_asked(yunfn: Yunfn, tmp_path: Path) -> None:
    done = yunfn("status", "-s", "dev", PYTHONPROFILEIMPORTTIME="1", PATH=str(tmp_path))
    assert "yunfn.deployment.stack" in done.stderr and "pulumi is not on PATH" in done.stderr
    assert done.returncode == 1
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines() if "|" in line}
    assert "typer" in imported
    assert not imported & {"Tea", "alibabacloud_fc20230330", "aliyun", "tencentcloud", "pulumi", "requests", "oss2"}
