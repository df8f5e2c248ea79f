"""``yunfn artifacts``: what destroyed stacks leave in the cloud, listed and removed."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from yunfn.cli.table import print_table
from yunfn.exceptions import ArtifactError
from yunfn.storage.names import BOOTSTRAP

# The cloud's SDKs take seconds to import; every other command would wait for them.
if TYPE_CHECKING:
    from yunfn.storage.retained import ArtifactBucket, FunctionService, Retained

application = typer.Typer(
    help="What destroyed stacks leave behind: code and layer packages, layer versions.", no_args_is_help=True
)


class Cloud(StrEnum):
    """Whose functions, layers and bucket."""

    ALIBABA = "alibaba"
    TENCENT = "tencent"


_STORAGE = {Cloud.ALIBABA: "oss", Cloud.TENCENT: "cos"}
CloudOption = Annotated[Cloud, typer.Option("--cloud", help="Whose functions, layers and bucket.")]
RegionOption = Annotated[
    str | None,
    typer.Option("--region", help="Region (default: ALIBABA_CLOUD_REGION or TENCENTCLOUD_REGION).", show_default=False),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@dataclass(frozen=True, slots=True)
class _Place:
    """An account and region by the environment's keys, its artifact bucket and what opens its functions."""

    account: str
    region: str
    bucket: ArtifactBucket
    open_functions: Callable[[], FunctionService]


@application.command("list")
def list_artifacts(
    cloud: CloudOption = Cloud.ALIBABA, region: RegionOption = None, json_output: JsonOption = False
) -> None:
    """List packages and layer versions, and which functions still use each.

    Example: yunfn artifacts list --cloud tencent --region ap-shanghai
    """
    _, _, found = _survey(_place(cloud, region))
    if json_output:
        typer.echo(json.dumps([_document(item) for item in found], indent=2))
    else:
        _print(found)


@application.command()
def purge(
    cloud: CloudOption = Cloud.ALIBABA,
    region: RegionOption = None,
    with_bucket: Annotated[
        bool,
        typer.Option(
            "--bucket",
            help="Also remove the artifact bucket, records of rollouts too; refused while anything in it is used.",
        ),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be removed.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    json_output: JsonOption = False,
) -> None:
    """Remove what no function uses any more; what is in use stays.

    Example: yunfn artifacts purge --dry-run
    """
    from yunfn.storage.retained import LayerVersion

    place = _place(cloud, region)
    store, functions, found = _survey(place)
    unused = [item for item in found if not item.used_by]
    used = [item for item in found if item.used_by]
    remove_bucket = with_bucket and store is not None
    if remove_bucket and used:
        names = ", ".join(sorted({user for item in used for user in item.used_by}))
        raise ArtifactError(
            f"the artifact bucket stays: functions still use what is in it ({names}); destroy them first"
        )
    if unused and not json_output:
        _print(unused)
    if dry_run or not (unused or remove_bucket):
        _report(unused if dry_run else [], remove_bucket and dry_run, dry_run, json_output)
        return
    if not yes:
        what = f"{len(unused)} artifacts" + (f" and the bucket {store.name}" if remove_bucket and store else "")
        typer.confirm(f"Remove {what} in account {place.account}, {place.region}?", abort=True, err=True)
    for item in unused:
        if isinstance(item.subject, LayerVersion):
            functions.delete_layer_version(item.subject)
    if store is not None:
        store.delete(item.name for item in unused if item.kind == "package")
        if remove_bucket:
            # Records of rollouts, which are of no use without the functions that had their code from here.
            store.delete(store.records())
            store.delete_bucket()
    _report(unused, remove_bucket, dry_run, json_output)


@application.command()
def bucket(cloud: CloudOption = Cloud.ALIBABA, region: RegionOption = None, json_output: JsonOption = False) -> None:
    """Say how the artifact bucket of account and region is called, and whether it is there.

    Example: yunfn artifacts bucket --cloud tencent
    """
    store = _place(cloud, region).bucket
    exists = store.exists()
    if json_output:
        typer.echo(json.dumps({"bucket": store.name, "exists": exists}))
    else:
        hint = "" if exists else f" (not there yet: {BOOTSTRAP[_STORAGE[cloud]]} makes it)"
        typer.echo(f"{store.name}{hint}")


def _place(cloud: Cloud, region: str | None) -> _Place:
    return _alibaba(region) if cloud is Cloud.ALIBABA else _tencent(region)


def _alibaba(region: str | None) -> _Place:
    from yunfn.storage import alibaba_session
    from yunfn.storage.oss_artifacts import OssArtifacts

    def open_functions() -> FunctionService:
        from yunfn.storage.function_compute import FunctionCompute

        return FunctionCompute(session)

    session = alibaba_session.from_environment(region)
    return _Place(session.account, session.region, OssArtifacts(session), open_functions)


def _tencent(region: str | None) -> _Place:
    from yunfn.storage import tencent_session
    from yunfn.storage.cos_artifacts import CosArtifacts

    def open_functions() -> FunctionService:
        from yunfn.storage.cloud_functions import CloudFunctions

        return CloudFunctions(session)

    session = tencent_session.from_environment(region)
    return _Place(session.appid, session.region, CosArtifacts(session), open_functions)


def _survey(place: _Place) -> tuple[ArtifactBucket | None, FunctionService, list[Retained]]:
    """The bucket if there is one, the functions, and all artifacts with their users."""
    from yunfn.storage.retained import sort_out

    objects = list(place.bucket.objects()) if place.bucket.exists() else None
    functions = place.open_functions()
    found = sort_out(objects or (), list(functions.layer_versions()), functions.functions())
    return (None if objects is None else place.bucket), functions, found


def _document(item: Retained) -> dict[str, object]:
    return {"kind": item.kind, "name": item.name, "bytes": item.size, "used_by": list(item.used_by)}


def _print(items: Sequence[Retained]) -> None:
    if not items:
        typer.echo("no artifacts")
        return
    rows = [(item.kind, item.name, f"{item.size:,}", ", ".join(item.used_by) or "nobody") for item in items]
    print_table(rows, ("kind", "name", "bytes", "used by"))


def _report(removed: Sequence[Retained], bucket: bool, dry_run: bool, json_output: bool) -> None:
    if json_output:
        document = {"dry_run": dry_run, "bucket": bucket, "removed": [_document(item) for item in removed]}
        typer.echo(json.dumps(document, indent=2))
        return
    verb = "would remove" if dry_run else "removed"
    typer.echo(f"{verb} {len(removed)} artifacts" + (" and the artifact bucket" if bucket else ""))
