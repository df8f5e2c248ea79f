"""One table of the runtimes: Python version, C library, architecture, mount prefix; and the clouds' limits.

Everything that depends on a runtime or on a number the cloud fixes reads it here. Sources: Function Compute
documentation ("FCD", help.aliyun.com/zh/functioncompute/fc, pages "runtimes", "layers", "limits", "triggers") and the
documentation of Serverless Cloud Function ("SCFD", cloud.tencent.com/document/product/583, pages "Python", "layers",
"limits").
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Runtime:
    """One runtime of one cloud.

    ``python`` is the version as ``"3.10"``, or None where the program brings its own (custom runtimes);
    ``glibc`` the C library of the cloud's system as ``(2, 24)``, the newest a binary may need;
    ``platform_tag`` the newest manylinux tag that is safe there; ``package_prefix`` the folder inside a layer
    zip where Python packages go (empty for its root); ``search_layers`` whether the cloud puts the layer's
    ``python``, ``lib`` and ``bin`` folders on the search paths by itself; ``libstdcxx`` the newest GLIBCXX symbol
    version of the system's C++ library; ``library_path`` the folder inside a layer that LD_LIBRARY_PATH names (empty
    for the root); ``interpreter`` the absolute path of its Python there, for programs that the function starts itself
    (empty where none is promised); ``provided`` the version of the Python that the system of a custom runtime brings
    (empty elsewhere).
    """

    cloud: str
    name: str
    python: str | None
    system: str
    glibc: tuple[int, int]
    platform_tag: str
    architecture: str = "x86_64"
    package_prefix: str = "python"
    search_layers: bool = True
    libstdcxx: tuple[int, int, int] = (3, 4, 19)
    library_path: str = "lib"
    interpreter: str = ""
    provided: str = ""

    @property
    def custom(self) -> bool:
        """Whether the program listens on a port itself instead of naming a handler."""
        return self.python is None


# FCD "runtimes". A wheel may need an older glibc than the system has, never a newer one. The C++ library is that of the
# system's own GCC: 6.3, 8.3, 10.2 and 12.2 (GCC documentation, "ABI policy and guidelines"). The Pythons that custom
# runtimes bring: FCD "custom runtime, environment" (132053).
_DEBIAN_9, _DEBIAN_10, _DEBIAN_11, _DEBIAN_12 = (3, 4, 22), (3, 4, 25), (3, 4, 28), (3, 4, 30)


def _custom(
    name: str, system: str, glibc: tuple[int, int], tag: str, libstdcxx: tuple[int, int, int], python: str
) -> Runtime:
    return Runtime(
        "alibaba", name, None, system, glibc, tag, search_layers=False, libstdcxx=libstdcxx, provided=python
    )  # fmt: skip


ALIBABA: dict[str, Runtime] = {
    r.name: r
    for r in (
        Runtime("alibaba", "python3", "3.6", "Debian 9", (2, 24), "manylinux_2_17_x86_64", libstdcxx=_DEBIAN_9),
        Runtime("alibaba", "python3.9", "3.9", "Debian 9", (2, 24), "manylinux_2_17_x86_64", libstdcxx=_DEBIAN_9),
        Runtime("alibaba", "python3.10", "3.10", "Debian 10", (2, 28), "manylinux_2_28_x86_64", libstdcxx=_DEBIAN_10),
        Runtime("alibaba", "python3.12", "3.12", "Debian 11", (2, 31), "manylinux_2_31_x86_64", libstdcxx=_DEBIAN_11),
        _custom("custom", "Debian 9", (2, 24), "manylinux_2_17_x86_64", _DEBIAN_9, "3.7"),
        _custom("custom.debian10", "Debian 10", (2, 28), "manylinux_2_28_x86_64", _DEBIAN_10, "3.10"),
        _custom("custom.debian11", "Debian 11", (2, 31), "manylinux_2_31_x86_64", _DEBIAN_11, "3.12"),
        _custom("custom.debian12", "Debian 12", (2, 36), "manylinux_2_36_x86_64", _DEBIAN_12, "3.11"),
    )
}

# SCFD "Python" and "layers": CentOS 7 (glibc 2.17, GCC 4.8), layers unzipped at /opt, PYTHONPATH=/var/user:/opt and
# /opt on LD_LIBRARY_PATH, so packages go at the root of the zip. Python 2.7 runs there still, but
# nothing builds layers for it any more. Where the interpreters lie: SCFD "web functions: bootstrap file".
_SCF_PYTHONS = {
    "2.7": "/var/lang/python2/bin/python",
    "3.6": "/var/lang/python3/bin/python3",
    "3.7": "/var/lang/python37/bin/python3",
    "3.9": "/var/lang/python39/bin/python3",
    "3.10": "/var/lang/python310/bin/python3",
}

TENCENT: dict[str, Runtime] = {
    r.name: r
    for r in (
        Runtime(
            "tencent",
            f"Python{version}",
            version,
            "CentOS 7",
            (2, 17),
            "manylinux_2_17_x86_64",
            package_prefix="",
            library_path="",
            interpreter=interpreter,
        )
        for version, interpreter in _SCF_PYTHONS.items()
    )
}

#: Every runtime by cloud and name.
RUNTIMES: dict[str, dict[str, Runtime]] = {"alibaba": ALIBABA, "tencent": TENCENT}


@dataclass(frozen=True, slots=True)
class FcLimits:
    """Limits of Function Compute 3.0 (FCD "limits" and "layers"); sizes in MB, times in seconds."""

    memory_mb: tuple[int, int] = (128, 32768)
    memory_step_mb: int = 64
    cpu: tuple[float, float] = (0.05, 16.0)
    cpu_step: float = 0.05
    memory_gb_per_cpu: tuple[float, float] = (1.0, 4.0)
    disk_mb: tuple[int, ...] = (512, 10240)
    timeout_s: tuple[int, int] = (1, 86400)
    initializer_timeout_s: tuple[int, int] = (1, 300)
    pre_stop_timeout_s: tuple[int, int] = (1, 90)
    instance_concurrency: tuple[int, int] = (1, 200)
    layers_per_function: int = 5
    layer_zip_mb: int = 500
    layers_total_mb: int = 2048
    triggers_per_function: int = 50
    environment_bytes: int = 4096
    inline_code_mb: int = 100
    oss_code_mb: int = 500
    payload_sync_mb: int = 32
    payload_async_kb: int = 128
    async_retries: tuple[int, int] = (0, 8)
    async_age_s: tuple[int, int] = (1, 604800)
    reserved_prefixes: tuple[str, ...] = ("FC_",)
    # These stand in the older document.
    reserved_keys: tuple[str, ...] = ("accessKeyID", "accessKeySecret", "securityToken", "topic")
    # Managed runtimes set these for themselves (FCD "layers"); custom runtimes set none, so users may.
    runtime_keys: tuple[str, ...] = ("LD_LIBRARY_PATH", "PATH", "PYTHONHOME", "PYTHONPATH")
    provisioned_instances: tuple[int, int] = (0, 10000)
    log_trigger_interval_s: tuple[int, int] = (3, 600)
    log_trigger_retries: tuple[int, int] = (0, 100)
    mns_filter_tag: int = 16


FC_LIMITS = FcLimits()


@dataclass(frozen=True, slots=True)
class ScfLimits:
    """Limits of Serverless Cloud Function (SCFD "limits", "layers", "environment variables", "async execution", "error
    types and retry policies"); sizes in MB, times in seconds. Those of an account can be raised; they are its defaults.
    """

    memory_mb: tuple[int, int] = (128, 3072)
    memory_step_mb: int = 128
    # Below the range, and the only one there.
    memory_least_mb: int = 64
    timeout_s: tuple[int, int] = (1, 900)
    # Of functions with asynchronous execution: 24 hours.
    timeout_async_s: tuple[int, int] = (1, 86400)
    init_timeout_s: tuple[int, int] = (3, 300)
    instance_concurrency: tuple[int, int] = (1, 100)
    layers_per_function: int = 5
    layer_versions: int = 200
    compatible_runtimes: int = 5
    code_mb: int = 500
    layer_zip_mb: int = 500
    function_name: int = 60
    namespace_name: int = 60
    names_together: int = 118
    namespaces_per_region: int = 5
    functions_per_namespace: int = 50
    triggers_of_a_type: int = 10
    description: int = 1000
    environment_bytes: int = 4096
    inline_code_mb: float = 7.5
    payload_sync_mb: int = 6
    payload_async_kb: int = 128
    disk_mb: int = 512
    async_retries: tuple[int, int] = (0, 2)
    async_age_s: tuple[int, int] = (60, 21600)
    reserved_prefixes: tuple[str, ...] = ("SCF_", "QCLOUD_", "TENCENTCLOUD_")
    provisioned_instances: tuple[int, int] = (0, 10000)
    ckafka_messages: tuple[int, int] = (1, 10000)
    ckafka_retries: tuple[int, int] = (0, 10000)
    ckafka_wait_s: tuple[int, int] = (1, 300)
    cls_wait_s: tuple[int, int] = (3, 300)


SCF_LIMITS = ScfLimits()


@dataclass(frozen=True, slots=True)
class LayerLimits:
    """What one layer, and all layers of a function, may weigh on a cloud; MB (2**20 bytes).

    ``zip_mb`` is the zip of one layer, ``unzipped_mb`` all layers (and, where ``with_code``, the code) of a function
    unzipped; ``layers`` how many a function may have.
    """

    zip_mb: int
    unzipped_mb: int
    layers: int
    with_code: bool


#: FCD "layers" and SCFD "layers": 500 MB per layer and 2 GB in all; code and layers 500 MB together.
LAYER_LIMITS: dict[str, LayerLimits] = {
    "alibaba": LayerLimits(
        zip_mb=FC_LIMITS.layer_zip_mb, unzipped_mb=FC_LIMITS.layers_total_mb, layers=5, with_code=False
    ),
    "tencent": LayerLimits(
        zip_mb=SCF_LIMITS.layer_zip_mb,
        unzipped_mb=SCF_LIMITS.code_mb,
        layers=SCF_LIMITS.layers_per_function,
        with_code=True,
    ),
}
