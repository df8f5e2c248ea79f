"""Functions by the official client."""

from __future__ import annotations

from alibabacloud_fc20230330 import models as m
from alibabacloud_fc20230330.client import Client

from unit.localcloud.alibaba.fc.served_fc import create_function


def test_a_function_has_the_clouds_defaults(client: Client) -> None:
    made = create_function(client)
    assert made.function_name == "f"
    read = client.get_function("f", m.GetFunctionRequest()).body
    assert (read.memory_size, read.cpu, read.disk_size, read.timeout) == (512, 0.35, 512, 3)
    assert read.state == "Active"
    assert read.last_update_status == "Successful"
    assert read.idle_timeout is None
