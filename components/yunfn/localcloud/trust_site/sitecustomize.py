"""Points certifi at the bundle named by SSL_CERT_FILE; put on PYTHONPATH by ``yunfn local run``, visibly.

Some SDKs (tea, tablestore, tencentcloud) pin certifi's list and read no CA variable. Runs on Python 3.6 too.
"""

import importlib.abc
import importlib.machinery
import os
import sys


class _CertifiPatch(importlib.abc.MetaPathFinder):
    """Finds certifi as ever, and replaces its two answers once it is loaded."""

    def find_spec(self, name, path=None, target=None):
        if name != "certifi":
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        if spec is None or spec.loader is None:
            return spec
        execute = spec.loader.exec_module

        def exec_module(module):
            execute(module)
            bundle = os.environ["SSL_CERT_FILE"]
            module.where = lambda: bundle
            module.contents = lambda: open(bundle).read()

        spec.loader.exec_module = exec_module
        return spec


if os.environ.get("SSL_CERT_FILE"):
    sys.meta_path.insert(0, _CertifiPatch())


def _chain():
    """Run the sitecustomize that this one hides, if there is one."""
    here = os.path.dirname(os.path.abspath(__file__))
    paths = [p for p in sys.path if os.path.abspath(p or ".") != here]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", paths)
    if spec is not None and spec.loader is not None:
        module = type(sys)("sitecustomize")
        module.__file__ = spec.origin
        spec.loader.exec_module(module)


_chain()
