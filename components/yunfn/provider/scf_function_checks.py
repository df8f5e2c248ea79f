"""What may not be on a function of SCF, beyond types and ranges; sources: SCF's limits and API reference. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from yunfn.provider.declaration import CheckFailure
from yunfn.provider.mark import own_tags
from yunfn.provider.paths import below
from yunfn.provider.properties import UNKNOWN, Properties
from yunfn.runtimes import SCF_LIMITS

_NAME: Final = re.compile(rf"[A-Za-z](?=.{{1,{SCF_LIMITS.function_name - 1}}}$)[A-Za-z0-9_-]*[A-Za-z0-9]")
_KEY: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_WEB_ONLY: Final = ("protocolType", "protocolParams", "instanceConcurrencyConfig")


def failures(inputs: Properties) -> Iterator[CheckFailure]:
    """What is wrong with inputs whose types are right; what is unknown passes."""
    name = inputs.known("functionName")
    if name and not _NAME.fullmatch(name):
        rule = "letters, digits, - and _, a letter first, no - or _ last"
        yield CheckFailure(
            "functionName", f"must have 2 to {SCF_LIMITS.function_name} characters: {rule}; not {name!r}"
        )
    memory = inputs.known("memorySize")
    if memory and memory != SCF_LIMITS.memory_least_mb and memory % SCF_LIMITS.memory_step_mb:
        yield CheckFailure(
            "memorySize",
            f"must be {SCF_LIMITS.memory_least_mb} or a multiple of {SCF_LIMITS.memory_step_mb} MB, not {memory:g}",
        )
    timeout, most = inputs.known("timeout"), SCF_LIMITS.timeout_s[1]
    if timeout and timeout > most and inputs.get("asyncRunEnable") not in (True, UNKNOWN):
        yield CheckFailure("timeout", f"must be at most {most} s without asyncRunEnable, not {timeout:g}")
    if len(inputs.known("description") or "") > SCF_LIMITS.description:
        yield CheckFailure("description", f"must have at most {SCF_LIMITS.description} characters")
    if len(inputs.known("layers") or ()) > SCF_LIMITS.layers_per_function:
        yield CheckFailure("layers", f"must be at most {SCF_LIMITS.layers_per_function}")
    yield from _code(inputs)
    yield from _environment(inputs.known("environment"))
    yield from own_tags(inputs)
    yield from _together(inputs)


def _code(inputs: Properties) -> Iterator[CheckFailure]:
    digest = inputs.known("codeSha256")
    if digest and not _SHA256.fullmatch(digest):
        yield CheckFailure("codeSha256", f"must be 64 hexadecimal digits in lower case, not {digest!r}")
    code = inputs.known("code")
    if not isinstance(code, Mapping):
        return
    given = {name for name, value in code.items() if value not in (None, "")}
    zipped = {"cosBucketName", "cosObjectName"}
    if "imageConfig" in given:
        if given & zipped:
            yield CheckFailure("code", "must have an object of COS or imageConfig, not both")
    # What is imported is known by its digest alone: SCF does not tell where the zip came from.
    elif (given or "codeSha256" not in inputs) and not zipped <= given:
        yield CheckFailure("code", "needs cosBucketName and cosObjectName, or imageConfig")


def _environment(variables: Any) -> Iterator[CheckFailure]:
    if not isinstance(variables, Mapping):
        return
    for key in variables:
        if key.startswith(SCF_LIMITS.reserved_prefixes):
            reserved = ", ".join(SCF_LIMITS.reserved_prefixes)
            yield CheckFailure(below("environment", key), f"is the platform's own: no variable begins with {reserved}")
        elif not _KEY.fullmatch(key):
            yield CheckFailure(below("environment", key), "must be named by letters, digits and _, a letter first")
    known = {key: value for key, value in variables.items() if isinstance(value, str)}
    size = sum(len(key.encode()) + len(value.encode()) for key, value in known.items())
    if size > SCF_LIMITS.environment_bytes:
        yield CheckFailure(
            "environment", f"has {size} bytes of names and values, more than {SCF_LIMITS.environment_bytes}"
        )


def _together(inputs: Properties) -> Iterator[CheckFailure]:
    """Settings that need another one, or exclude it."""
    kind = inputs.get("type", "Event")
    if kind == "Event":
        for name in _WEB_ONLY:
            if inputs.get(name):
                yield CheckFailure(name, "is for functions of type HTTP")
    elif kind == "HTTP" and inputs.get("dnsCache") is True:
        yield CheckFailure("dnsCache", "is for functions of type Event")
    if inputs.get("traceEnable") is True and not inputs.get("asyncRunEnable"):
        yield CheckFailure("traceEnable", "needs asyncRunEnable")
    if inputs.get("cfsConfig") and not inputs.get("vpcConfig"):
        yield CheckFailure("cfsConfig", "needs vpcConfig: a file system is reached in its VPC")
    intranet = inputs.known("intranetConfig")
    if isinstance(intranet, Mapping) and intranet.get("ipFixed") is True and not inputs.get("vpcConfig"):
        yield CheckFailure("intranetConfig", "needs vpcConfig for a fixed address")
    public = inputs.known("publicNetConfig")
    if isinstance(public, Mapping) and public.get("eip") is True and public.get("enabled") is False:
        yield CheckFailure("publicNetConfig", "needs enabled for a fixed address")
    if bool(inputs.get("clsLogsetId")) != bool(inputs.get("clsTopicId")):
        missing = "clsTopicId" if inputs.get("clsLogsetId") else "clsLogsetId"
        yield CheckFailure(missing, "is required: logs go to a topic of a logset")
