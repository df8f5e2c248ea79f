"""What ``yunfn:scf:Function`` declares: every setting that SCF's API takes, as its reference has it (2018-04-16).

Booleans are booleans here; on the wire they are texts of three kinds.
"""

from __future__ import annotations

from typing import Final

from yunfn.provider.declaration import Declaration, Property
from yunfn.provider.function_place import ACCOUNT, REGION
from yunfn.runtimes import SCF_LIMITS


def _text(name: str, description: str) -> Property:
    return Property(name, "string", description, required=False)


def _switch(name: str, description: str, *, default: bool = False) -> Property:
    return Property(name, "boolean", description, required=False, default=default)


_IMAGE = Property(
    "imageConfig",
    "object",
    "A container image instead of a zip.",
    required=False,
    type_name="ImageConfig",
    fields=(
        Property("imageType", "string", "Whose registry.", allowed=("personal", "enterprise", "public")),
        Property("imageUri", "string", "<domain>/<namespace>/<image>:<tag>@<digest>."),
        _text("registryId", "Id of the registry; for enterprise."),
        _text("entryPoint", "Entry point instead of the image's own."),
        _text("command", "Start command instead of the image's own."),
        _text("args", "Arguments of the command, parted by spaces."),
        _switch("containerImageAccelerate", "Load the image ahead of the first call."),
        Property("imagePort", "integer", "Port of a web image; -1 for a job.", required=False, default=9000),
    ),
)
_CODE = Property(
    "code",
    "object",
    "Where the code is: an object of COS, or an image.",
    type_name="Code",
    fields=(
        _text("cosBucketName", "Bucket of the zip, with or without -<APPID>."),
        _text("cosBucketRegion", "Region of the bucket; by default the function's."),
        _text("cosObjectName", "Key of the zip."),
        _IMAGE,
    ),
)
_LAYERS = Property(
    "layers",
    "array",
    "Layers at /opt, at most 5; later ones win.",
    required=False,
    items=Property(
        "layer",
        "object",
        "A version of a layer.",
        type_name="Layer",
        fields=(
            Property("layerName", "string", "Name of the layer."),
            Property("layerVersion", "integer", "Version of the layer.", minimum=1),
        ),
    ),
)
_VPC = Property(
    "vpcConfig",
    "object",
    "The private network that the function is in.",
    required=False,
    type_name="VpcConfig",
    fields=(Property("vpcId", "string", "Id of the VPC."), Property("subnetId", "string", "Id of its subnet.")),
)
_PUBLIC_NET = Property(
    "publicNetConfig",
    "object",
    "Access to the internet.",
    required=False,
    type_name="PublicNetConfig",
    fields=(
        _switch("enabled", "Whether the function reaches the internet.", default=True),
        _switch("eip", "Whether it does so from a fixed address, which all functions of the namespace share."),
    ),
)
_INTRANET = Property(
    "intranetConfig",
    "object",
    "Addresses in the VPC.",
    required=False,
    type_name="IntranetConfig",
    fields=(_switch("ipFixed", "Whether the function has a fixed address in its VPC."),),
)
_CFS = Property(
    "cfsConfig",
    "array",
    "File systems; the function has to be in their VPC.",
    required=False,
    items=Property(
        "mount",
        "object",
        "One mounted file system.",
        type_name="CfsMount",
        fields=(
            Property("cfsId", "string", "Id of the file system."),
            Property("mountInsId", "string", "Id of its mount point."),
            Property("localMountDir", "string", "Folder in the function, absolute."),
            Property("remoteMountDir", "string", "Folder in the file system.", required=False, default="/"),
            Property("userId", "string", "User that files are accessed as.", required=False, default="10000"),
            Property("userGroupId", "string", "That user's group.", required=False, default="10000"),
        ),
    ),
)
_DEAD_LETTER = Property(
    "deadLetterConfig",
    "object",
    "Where asynchronous calls go that failed for good.",
    required=False,
    type_name="DeadLetterConfig",
    fields=(
        Property("type", "string", "CMQ-QUEUE, CMQ-TOPIC or another kind that SCF has."),
        Property("name", "string", "Name of the queue or topic."),
        _text("filterType", "Filter of a topic."),
    ),
)
_PROTOCOL = Property(
    "protocolParams",
    "object",
    "Settings of the protocol.",
    required=False,
    type_name="ProtocolParams",
    fields=(
        Property(
            "wsIdleTimeout",
            "integer",
            "Seconds until an idle WebSocket is closed.",
            required=False,
            default=15,
            minimum=1,
            maximum=1800,
        ),
    ),
)
_SESSION = Property(
    "sessionConfig",
    "object",
    "How sessions are told apart.",
    required=False,
    type_name="SessionConfig",
    fields=(
        Property("sessionSource", "string", "Where it stands.", allowed=("HEADER", "COOKIE", "QUERY_STRING")),
        Property("sessionName", "string", "Name of the header, cookie or parameter."),
        Property("maximumConcurrencySessionPerInstance", "integer", "Sessions of one instance.", required=False),
        Property("maximumTtlInSeconds", "integer", "Longest life of a session.", required=False),
        Property("maximumIdleTimeInSeconds", "integer", "Longest idle time of a session.", required=False),
        _text("sessionPath", "Path of the session."),
        Property("idleTimeoutStrategy", "string", "What idling ends in.", required=False, allowed=("FATAL", "PAUSE")),
    ),
)
_CONCURRENCY = Property(
    "instanceConcurrencyConfig",
    "object",
    "Calls that one instance serves at a time; web functions only.",
    required=False,
    type_name="InstanceConcurrencyConfig",
    fields=(
        Property("maxConcurrency", "integer", "Calls at a time, at most.", minimum=2, maximum=100),
        _switch("dynamicEnabled", "Whether SCF finds out the number itself."),
        Property(
            "type",
            "string",
            "What is counted.",
            required=False,
            default="Request-Based",
            allowed=("Request-Based", "Session-Based"),
        ),
        _switch("instanceIsolationEnabled", "Whether instances are isolated securely."),
        Property(
            "mixNodeConfig",
            "array",
            "Concurrency by GPU model.",
            required=False,
            items=Property(
                "node",
                "object",
                "One model.",
                type_name="MixNodeConfig",
                fields=(Property("nodeSpec", "string", "Name of the model."), Property("num", "integer", "Calls.")),
            ),
        ),
        _SESSION,
    ),
)
_ASYNC = Property(
    "asyncTriggerConfig",
    "object",
    "What becomes of asynchronous calls that fail.",
    required=False,
    type_name="AsyncTriggerConfig",
    fields=(
        Property(
            "retries",
            "integer",
            "Further tries.",
            required=False,
            default=SCF_LIMITS.async_retries[1],
            minimum=SCF_LIMITS.async_retries[0],
            maximum=SCF_LIMITS.async_retries[1],
        ),
        Property(
            "age",
            "integer",
            "Seconds that a call waits and is tried again, at most.",
            required=False,
            default=SCF_LIMITS.async_age_s[1],
            minimum=SCF_LIMITS.async_age_s[0],
            maximum=SCF_LIMITS.async_age_s[1],
        ),
    ),
)

_INPUTS: Final = (
    ACCOUNT,
    REGION,
    Property("namespace", "string", "Namespace of the function.", required=False, replaces=True, default="default"),
    Property("functionName", "string", "Name of the function, 2 to 60 characters.", replaces=True),
    Property(
        "type",
        "string",
        "Event, or HTTP for a web function.",
        required=False,
        replaces=True,
        default="Event",
        allowed=("Event", "HTTP"),
    ),
    Property("runtime", "string", "Such as Python3.10; CustomImage for an image.", replaces=True),
    Property("handler", "string", "<file>.<function>."),
    _text("description", "What it is for, at most 1,000 characters."),
    Property("memorySize", "integer", "MB: 64, or a multiple of 128.", required=False, default=128, minimum=64),
    Property(
        "timeout",
        "integer",
        "Seconds that a call may take.",
        required=False,
        default=3,
        minimum=SCF_LIMITS.timeout_s[0],
        maximum=SCF_LIMITS.timeout_async_s[1],
    ),
    Property(
        "initTimeout",
        "integer",
        "Seconds that an instance may take to start; by default 65, 90 for an image.",
        required=False,
        minimum=SCF_LIMITS.init_timeout_s[0],
        maximum=SCF_LIMITS.init_timeout_s[1],
    ),
    _CODE,
    _text("codeSha256", "SHA-256 of the zip's bytes, hexadecimal; while it stays, so does the code."),
    Property(
        "environment",
        "map",
        "Environment variables.",
        required=False,
        items=Property("value", "string", "Value of a variable.", empty=True),
    ),
    _text("role", "Name of the role that the function runs as."),
    _VPC,
    _LAYERS,
    _PUBLIC_NET,
    _INTRANET,
    _CFS,
    _text("clsLogsetId", "Logset that logs go to; by default one of SCF's own."),
    _text("clsTopicId", "Topic that logs go to."),
    _DEAD_LETTER,
    Property(
        "asyncRunEnable",
        "boolean",
        "Whether calls run asynchronously, for up to a day.",
        required=False,
        replaces=True,
        default=False,
    ),
    Property(
        "traceEnable",
        "boolean",
        "Whether events of asynchronous calls are traced.",
        required=False,
        replaces=True,
        default=False,
    ),
    Property(
        "protocolType", "string", "WS for WebSockets.", required=False, replaces=True, allowed=("WS",)
    ),
    _PROTOCOL,
    _CONCURRENCY,
    _switch("dnsCache", "Whether names are cached; event functions only."),
    _switch("installDependency", "Whether SCF installs what package.json names; Node.js only."),
    _switch("l5Enable", "Whether L5 is reached."),
    _switch("ignoreSysLog", "Keep the platform's own lines out of the logs; SCF does not tell what is set."),
    Property(
        "autoCreateClsTopic",
        "boolean",
        "Whether SCF makes a topic. Only looked at when the function is made.",
        required=False,
        free=True,
    ),
    Property(
        "autoDeployClsTopicIndex",
        "boolean",
        "Whether SCF makes its index. Only looked at when the function is made.",
        required=False,
        free=True,
    ),
    Property("tags", "map", "Tags.", required=False, items=Property("value", "string", "Value.", empty=True)),
    Property("reservedConcurrency", "integer", "MB of memory kept for the function, and its limit.", required=False),
    _ASYNC,
)  # fmt: skip

DECLARATION: Final = Declaration(
    token="yunfn:scf:Function",  # noqa: S106
    description=(
        "A function of SCF with everything that its API can set. Waits until each change is through, and tells SCF's "
        "own reason where it fails; a creation that failed is repaired by the next update."
    ),
    inputs=_INPUTS,
    outputs=(
        *_INPUTS,
        Property("arn", "string", "qcs::scf:<region>:uin/<UIN>:namespace/<namespace>/function/<name>."),
        Property("functionId", "string", "Id, lam-…"),
        Property("status", "string", "Active, unless something failed."),
        Property("addTime", "string", "When it was made, as SCF writes it."),
        Property("modTime", "string", "When it was changed last, as SCF writes it."),
        Property("codeSize", "integer", "Bytes of the zip."),
        Property(
            "eipAddresses", "array", "The fixed addresses in the internet.", items=Property("ip", "string", "Address.")
        ),
        Property(
            "intranetAddresses", "array", "The fixed addresses in the VPC.", items=Property("ip", "string", "Address.")
        ),
    ),
    identity=("account", "region", "namespace", "functionName"),
)
