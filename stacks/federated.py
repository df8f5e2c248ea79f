"""The federated-learning project (WeFe): two functions compute on encrypted shares that lie in Tablestore.

What the project did by hand in ten steps, as one program: both Funfiles as layers, the code in OSS, logs, tables, and
a role by which data-holding clients read the one table, as its ``ots-read-policy.json`` says.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pulumi
import pulumi_alicloud as alicloud

from yunfn import access, alibaba, resources
from yunfn.access.names import ots_instance
from yunfn.exceptions import ValidationError

_HERE = Path(__file__).parent
_LAYERS = _HERE.parent / "layers"
PROCESS_TABLE, RESULT_TABLE = "wefe_process", "wefe_result"
# Tablestore's rule for the names of instances, which access.ots checks: at most 16 characters.
_INSTANCE_LENGTH = 16
# RAM "CreateUser": UserName.
_USER = re.compile(r"[A-Za-z0-9._-]{1,64}")
# What a failing call may take to be mended before its changes are lost.
_STREAM_HOURS = 168


def program() -> None:
    """Declare the deployment; the stack's settings ``federated:*`` say how its stacks differ.

    ``instance`` names the instance of Tablestore, by default after the stack; ``reader`` the RAM user who may take the
    role that reads ``wefe_process``. Raises RunError where one of them is no such name.
    """
    settings = pulumi.Config("federated")
    stack = pulumi.get_stack()
    named, reader = _instance(stack, settings.get("instance")), _reader(stack, settings.get("reader"))
    account = alibaba.guard()
    instance = alicloud.ots.Instance(
        "tables",
        name=named,
        description="Shares of federated jobs, and what came of them",
        accessed_by="Any",
        tags={"service": "federated", "stack": stack},
    )
    process = _table(instance, PROCESS_TABLE, row="Integer")
    result = _table(instance, RESULT_TABLE, runtime="String")
    logs = alibaba.LogProject(
        "logs",
        description="federated computation",
        logstore_name="compute",
        retention_days=settings.get_int("logDays") or 30,
    )
    here: dict[str, access.Name] = {"region": account.region, "account": account.account_id}
    service = alibaba.Service(
        "federated",
        log_project=logs,
        # Both functions do the same work by other means, so the role is one.
        grants=[
            access.ots.read(named, PROCESS_TABLE, **here),
            access.ots.write(named, RESULT_TABLE, **here),
        ],
        tags={"service": "federated", "stack": stack},
    )
    endpoint = _endpoint(instance.name, account)
    environment = {
        "OTS_ENDPOINT": endpoint,
        "OTS_INSTANCE": instance.name,
        "PROCESS_TABLE": process.table_name,
        "RESULT_TABLE": result.table_name,
    }
    compute = alibaba.Function(
        "compute",
        service=service,
        runtime="python3",
        handler="index.handler",
        code=_HERE / "federated",
        exclude=["server.py", "bootstrap"],
        layers=[
            alibaba.Layer(
                "packages", definition=_LAYERS / "federated", description="Funfile.python3, gmpy2 and the Go library"
            )
        ],
        memory=settings.get_int("memory") or 1024,
        # A trigger of Tablestore calls no longer (FCD "Tablestore triggers").
        timeout=60,
        description="computes a federated job",
        environment=environment,
    )
    custom = alibaba.Function(
        "compute-custom",
        service=service,
        runtime="custom",
        code=_HERE / "federated",
        exclude=["index.py"],
        custom_runtime=alibaba.CustomRuntime(command=["/code/bootstrap"], port=9000),
        layers=[
            alibaba.Layer(
                "packages-custom",
                definition=_LAYERS / "federated-custom",
                description="Funfile.custom, gmpy2 and the Go library",
            )
        ],
        memory=settings.get_int("memory") or 1024,
        timeout=60,
        description="computes a federated job, as a web server",
        # Custom runtimes search no layer by themselves (FCD "layers").
        environment={**environment, "PYTHONPATH": "/opt/python"},
    )
    live = alibaba.Alias("compute-live", function=compute)
    alibaba.Alias("custom-live", function=custom)
    # What a client writes is computed at once: a trigger reads the table's stream, and calls the live alias.
    stream = resources.ots.TableStream(
        "changes",
        account=account.account_id,
        region=account.region,
        instance_name=instance.name,
        table_name=process.table_name,
        hours=_STREAM_HOURS,
    )
    alibaba.Trigger(
        "changes",
        alias=live,
        source=alibaba.TablestoreSource(instance=instance.name, table=stream.table_name),
    )
    pulumi.export("computeFunction", compute.function_name)
    pulumi.export("customFunction", custom.function_name)
    if reader is not None:
        role = _reading_role(stack, account, reader, access.ots.read_only(named, PROCESS_TABLE))
        pulumi.export("readerRole", role.arn)
        pulumi.export("readerRoleName", role.role_name)
    pulumi.export("endpoint", endpoint)
    pulumi.export("instance", instance.name)
    pulumi.export("processTable", process.table_name)
    pulumi.export("resultTable", result.table_name)
    pulumi.export("region", account.region)
    pulumi.export("logProject", logs.project_name)
    pulumi.export("logstore", logs.logstore_name)


def _instance(stack: str, told: str | None) -> str:
    """The instance's name: the one that was told, or the stack's in the letters and the length that Tablestore takes.

    Raises RunError where Tablestore would not take it.
    """
    named = told or re.sub(r"[^A-Za-z0-9-]+", "-", stack)[:_INSTANCE_LENGTH].strip("-")
    try:
        ots_instance(stack, named)
    except ValidationError as error:
        raise pulumi.RunError(f"stack {stack}: federated:instance={named!r}: {error.rule}") from None
    return named


def _reader(stack: str, user: str | None) -> str | None:
    """The RAM user who may take the reading role, if any; raises RunError where RAM would not take the name."""
    if user is not None and not _USER.fullmatch(user):
        rule = "the name of a RAM user, not an ARN: 1–64 letters, digits and '.', '_', '-'"
        raise pulumi.RunError(f"stack {stack}: federated:reader={user!r}: {rule}")
    return user


def _table(instance: alicloud.ots.Instance, name: str, **second: str) -> alicloud.ots.Table:
    """A table of one version of each row, kept for ever; its key is the job and one column more."""
    keys = {"job": "String", **second}
    return alicloud.ots.Table(
        name,
        instance_name=instance.name,
        table_name=name,
        primary_keys=[{"name": column, "type": kind} for column, kind in keys.items()],
        time_to_live=-1,
        max_version=1,
    )


def _endpoint(instance: pulumi.Output[str], account: alibaba.Account) -> pulumi.Input[str]:
    """Where functions reach the instance: what the provider of the tables is told too, or its address in the VPC.

    Its client ignores proxies, so a local cloud tells an endpoint. FCD "Tablestore triggers" names the address for
    functions.
    """
    if told := os.environ.get("OTS_ENDPOINT"):
        return told
    return pulumi.Output.concat("https://", instance, ".", account.region, ".vpc.tablestore.aliyuncs.com")


def _reading_role(stack: str, account: alibaba.Account, user: str, grant: access.Grant) -> alicloud.ram.Role:
    """The role that one RAM user of the account takes to read a table, for as long as an hour at a time."""
    name = f"{stack}-reader"
    role = alicloud.ram.Role(
        "reader",
        role_name=name,
        description="Data-holding clients read the shares",
        assume_role_policy_document=access.trust_document(ram=f"acs:ram::{account.account_id}:user/{user}"),
    )
    policy = alicloud.ram.Policy(
        "reader-policy",
        policy_name=name,
        policy_document=access.ram_document(grant.statements(), name),
        rotate_strategy="DeleteOldestNonDefaultVersionWhenLimitExceeded",
    )
    alicloud.ram.RolePolicyAttachment(
        "reader-attachment", policy_name=policy.policy_name, policy_type="Custom", role_name=role.role_name
    )
    return role
