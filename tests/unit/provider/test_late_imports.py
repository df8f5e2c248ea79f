"""The clouds' SDKs are imported by the first operations, which run side by side: one import at a time."""

from __future__ import annotations

import subprocess
import sys

import pytest

# In a process that has none of them yet: the import waits while another one is under way.
_WAITS = """
import contextlib, sys, threading
from yunfn.provider import session
from yunfn.provider.late_imports import ONE_AT_A_TIME
from yunfn.provider.properties import Properties
from yunfn.provider.resources import fc_function_version, storage_artifact
from yunfn.storage.tencent_session import TencentSession

tencent = TencentSession("id", "key", "", "ap-shanghai", "1300000000")
sessions = session.Sessions(Properties({{}}))

def call():
    with contextlib.suppress(Exception):
        {call}

ONE_AT_A_TIME.acquire()
thread = threading.Thread(target=call)
thread.start()
thread.join(0.3)
assert thread.is_alive() and "{module}" not in sys.modules
ONE_AT_A_TIME.release()
thread.join()
assert "{module}" in sys.modules
"""


@pytest.mark.parametrize(
    ("call", "module"),
    [
        ('storage_artifact._cos(tencent, "b-1300000000")', "qcloud_cos"),
        ('storage_artifact._oss(None, "b")', "oss2"),
        ('session._connect(tencent, "cam")', "tencentcloud"),
        ('sessions._open_alibaba("cn-shanghai")', "aliyunsdkcore"),
        ("storage_artifact._stored(None, None, {})", "yunfn.storage.artifacts"),
    ],
)
def test_an_import_waits_for_the_one_under_way(call: str, module: str) -> None:
    script = _WAITS.format(call=call, module=module)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
