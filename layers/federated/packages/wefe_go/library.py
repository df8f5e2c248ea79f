"""Finds and loads libwefe.so, and says to ctypes what its functions take (layers/federated/go/exports.go)."""

import ctypes
import os
import threading
from pathlib import Path

_NAME = "libwefe.so"
# In a layer Python packages are in python/ and libraries in lib/, side by side. FC's own runtimes have that lib/ on the
# loader's search path, custom runtimes have not (FCD "layers").
_BESIDE = Path(__file__).resolve().parents[2] / "lib" / _NAME

_lock = threading.Lock()
_loaded = None
_process = 0


class GoLibraryError(RuntimeError):
    """The library is not there, cannot be loaded here, or was loaded before the process was forked."""


def library():
    """The library, loaded at the first call of the process.

    Raises GoLibraryError where that cannot be.
    """
    global _loaded, _process
    with _lock:
        if _loaded is None:
            _loaded, _process = _declared(_load()), os.getpid()
    if os.getpid() != _process:
        # Go's threads are not there in the child, and every call would wait for them without end.
        raise GoLibraryError(
            f"{_NAME} was loaded by process {_process} and does not work in process {os.getpid()}, which was forked "
            "from it: make the first call after the fork"
        )
    return _loaded


def _load():
    causes = []
    for name in (_NAME, str(_BESIDE)):
        try:
            return ctypes.CDLL(name)
        except OSError as error:
            causes.append(str(error))
    raise GoLibraryError(f"{_NAME} cannot be loaded: {'; '.join(causes)}")


def _declared(loaded):
    text, texts = ctypes.c_char_p, ctypes.POINTER(ctypes.c_char_p)
    # Addresses, not c_char_p: ctypes would copy what comes and forget the address, which is to be given back.
    given = ctypes.POINTER(ctypes.c_void_p)
    loaded.ModExp.argtypes, loaded.ModExp.restype = [text, text, text, given], ctypes.c_void_p
    loaded.ModExpBatch.argtypes = [texts, texts, texts, ctypes.c_size_t, given, given]
    loaded.ModExpBatch.restype = ctypes.c_int
    loaded.Free.argtypes, loaded.Free.restype = [ctypes.c_void_p], None
    return loaded
