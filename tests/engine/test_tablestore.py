"""Tablestore's instances and tables by the real plugin: as declared, quiet, updated, gone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import tablestore

from support.local_account import LocalAccount
from support.pulumi_cli import PulumiCli
from support.tablestore_clients import TablestoreControl, table_client

pytestmark = pytest.mark.engine
NewStack = Callable[[str], PulumiCli]
NAME = "tstore-rows"


class Judge:
    """The official clients, of data at the endpoint that the environment names: what is really there."""

    def __init__(self, account: LocalAccount) -> None:
        home = account.cloud.home
        self.control = TablestoreControl(account.cloud.proxy_port, str(home.certificates / "ca.pem"), home.owner_key)
        self._client = table_client(account.variables["OTS_ENDPOINT"], home.owner_key, NAME)

    def tables(self) -> list[str]:
        return sorted(self._client.list_table())

    def tags(self) -> dict[str, str]:
        found = self.control.ask("GetInstance", InstanceName=NAME)["Tags"]
        return {tag["Key"]: tag["Value"] for tag in found}

    def table(self, name: str) -> dict[str, Any]:
        found = self._client.describe_table(name)
        options = found.table_options
        return {
            "key": found.table_meta.schema_of_primary_key,
            "columns": found.table_meta.defined_columns,
            "options": (options.time_to_live, options.max_version, options.max_time_deviation),
            "sealed": found.sse_details.enable,
        }


def test_instance_and_tables_come_as_declared_stay_and_go(account: LocalAccount, new_stack: NewStack) -> None:
    judge, stack = Judge(account), new_stack("tablestore")
    stack.configure(t__name=NAME)
    stack.up()
    assert stack.outputs() == {"instance": NAME, "table": f"{NAME}:wefe_process"}
    assert NAME in judge.control.names()
    seen = judge.control.ask("GetInstance", InstanceName=NAME)
    assert (seen["InstanceSpecification"], seen["InstanceDescription"]) == ("HYBRID", "rows of a test")
    assert judge.tags() == {"app": NAME, "team": "first"}
    assert judge.tables() == ["sealed", "wefe_process"]
    key = [("job", "STRING"), ("row", "INTEGER")]
    first = {"key": key, "columns": [("base", "STRING"), ("weight", "DOUBLE")], "options": (-1, 1, 86400)}
    assert judge.table("wefe_process") == {**first, "sealed": False}
    assert judge.table("sealed")["sealed"] is True
    stack.refresh("--expect-no-changes")
    stack.preview("--expect-no-changes")

    stack.configure(t__step="2")
    assert stack.up().changes["updated"] == 2
    second = {"key": key, "columns": [("base", "STRING"), ("vector", "BINARY")], "options": (172800, 3, 3600)}
    assert judge.table("wefe_process") == {**second, "sealed": False}
    assert judge.tags() == {"app": NAME, "stage": "second"}
    assert judge.control.ask("GetInstance", InstanceName=NAME)["NetworkTypeACL"] == ["VPC"]
    stack.preview("--expect-no-changes")

    stack.destroy()
    assert NAME not in judge.control.names()
    with pytest.raises(tablestore.OTSServiceError) as gone:
        judge.tables()
    assert (gone.value.get_error_code(), gone.value.get_error_message()) == (
        "OTSAuthFailed", "The instance is not found.",
    )  # fmt: skip
    assert [line for line in account.journal() if line.get("unknown") and line["service"] == "ots"] == []
