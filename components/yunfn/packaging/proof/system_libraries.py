"""Which shared libraries the clouds' systems bring, and how new their C and C++ libraries are.

Sources: the sonames in the packages libc6, libgcc, libstdc++6, zlib1g, libssl, libffi, libreadline, libncurses of
Debian 9 to 12 (packages.debian.org) and of CentOS 7; GCC documentation, "ABI policy and guidelines". What a Python's
own standard library is linked with must be there, or that Python would not run.
"""

from __future__ import annotations

from dataclasses import dataclass

from yunfn.runtimes import Runtime

_GLIBC = (
    "ld-linux-x86-64.so.2 linux-vdso.so.1 libc.so.6 libm.so.6 libdl.so.2 librt.so.1 libpthread.so.0 libutil.so.1 "
    "libresolv.so.2 libnsl.so.1 libanl.so.1 libcrypt.so.1 libthread_db.so.1 libBrokenLocale.so.1 "
    "libnss_dns.so.2 libnss_files.so.2"
)
_GCC = "libgcc_s.so.1 libstdc++.so.6"
_PYTHON = "libz.so.1 liblzma.so.5 libexpat.so.1 libsqlite3.so.0 libuuid.so.1 libffi.so.6 libncursesw.so.5 libtinfo.so.5"
_DEBIAN = f"{_GLIBC} {_GCC} libmvec.so.1 {_PYTHON} libbz2.so.1.0 libssl.so.1.1 libcrypto.so.1.1"

_PRESENT = {
    "CentOS 7": f"{_GLIBC} {_GCC} {_PYTHON} libbz2.so.1 libssl.so.10 libcrypto.so.10 libreadline.so.6",
    "Debian 9": f"{_DEBIAN} libreadline.so.7",
    "Debian 10": f"{_DEBIAN} libreadline.so.7 libncursesw.so.6 libtinfo.so.6",
    "Debian 11": f"{_DEBIAN} libreadline.so.8 libncursesw.so.6 libtinfo.so.6 libffi.so.7",
    "Debian 12": (
        f"{_GLIBC} {_GCC} libmvec.so.1 libz.so.1 liblzma.so.5 libexpat.so.1 libsqlite3.so.0 libuuid.so.1 libbz2.so.1.0 "
        "libffi.so.8 libncursesw.so.6 libtinfo.so.6 libreadline.so.8 libssl.so.3 libcrypto.so.3"
    ),
}
# The published image of Function Compute's Debian 9 (aliyun/fc-docker, commons/Dockerfile.stretch-base: gcc,
# imagemagick, libopencv-dev, libmysqlclient18, libssl1.0.0) has these; the documentation promises none of them.
_LIKELY = {
    "Debian 9": (
        "libgomp.so.1 libgobject-2.0.so.0 libgthread-2.0.so.0 libglib-2.0.so.0 libX11.so.6 libXext.so.6 "
        "libXrender.so.1 libSM.so.6 libICE.so.6 libGL.so.1 libpng12.so.0 libpng16.so.16 libjpeg.so.62 libtiff.so.5 "
        "libwebp.so.5 libwebp.so.6 libfreetype.so.6 libmysqlclient.so.18 libssl.so.1.0.0 "
        "libcrypto.so.1.0.0 libatomic.so.1"
    )
}
_DESKTOP = (
    "libGL.so.1 libEGL.so.1 libX11.so.6 libXext.so.6 libXrender.so.1 libSM.so.6 libICE.so.6 libxcb.so.1 "
    "libglib-2.0.so.0 libgthread-2.0.so.0 libgobject-2.0.so.0 libgtk-3.so.0 libgtk-x11-2.0.so.0"
)
#: Libraries of desktops: what needs them usually has a sibling package without.
DESKTOP = frozenset(_DESKTOP.split())

# The newest GLIBCXX -> the newest CXXABI and GCC versions of the same GCC.
_COMPILERS = {
    (3, 4, 19): ((1, 3, 7), (4, 8, 5)),
    (3, 4, 22): ((1, 3, 10), (6,)),
    (3, 4, 25): ((1, 3, 11), (8,)),
    (3, 4, 28): ((1, 3, 12), (10,)),
    (3, 4, 30): ((1, 3, 13), (12,)),
}
# Symbol versions without a number, and the glibc that brought them (glibc's release notes).
_MARKS = {"GLIBC_ABI_DT_RELR": (2, 36), "GLIBC_ABI_GNU_TLS": (2, 42), "GLIBC_ABI_GNU2_TLS": (2, 42)}


@dataclass(frozen=True, slots=True)
class SystemLibraries:
    """What the system under a runtime brings.

    ``present`` are the names of its shared libraries, ``likely`` those that are seen there and promised by nobody;
    ``ceilings`` the newest symbol version of each family: ``{"GLIBC": (2, 24), "GLIBCXX": (3, 4, 22), …}``.
    """

    present: frozenset[str]
    likely: frozenset[str]
    ceilings: dict[str, tuple[int, ...]]

    @classmethod
    def of(cls, runtime: Runtime) -> SystemLibraries:
        """The libraries of ``runtime``'s system."""
        cxxabi, gcc = _COMPILERS[runtime.libstdcxx]
        return cls(
            frozenset(_PRESENT[runtime.system].split()),
            frozenset(_LIKELY.get(runtime.system, "").split()),
            {"GLIBC": runtime.glibc, "GLIBCXX": runtime.libstdcxx, "CXXABI": cxxabi, "GCC": gcc},
        )


def family(version: str) -> tuple[str, tuple[int, ...] | None]:
    """A symbol version as family and number: ``("GLIBC", (2, 14))``; None where it has no number that counts."""
    if version in _MARKS:
        return "GLIBC", _MARKS[version]
    name, _, number = version.partition("_")
    parts = number.split(".")
    return name, tuple(map(int, parts)) if all(part.isdigit() for part in parts) else None
