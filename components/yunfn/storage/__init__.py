"""Content-addressed storage of artifacts: where each one goes."""

from __future__ import annotations

from yunfn.storage.names import artifact_bucket, code_key, cos_artifact_bucket, layer_key

__all__ = ["artifact_bucket", "code_key", "cos_artifact_bucket", "layer_key"]
