"""The benches, one a file: a name, a summary, and a ``run`` that answers rows."""

from __future__ import annotations

from tests.bench.benches.access import AccessBench
from tests.bench.benches.layer import LayerBench
from tests.bench.benches.localcloud import LocalCloudBench
from tests.bench.benches.rollouts import RolloutsBench
from tests.bench.benches.scale import ScaleBench
from tests.bench.benches.scf import ScfBench
from tests.bench.benches.up import UpBench
from tests.bench.benches.upload import UploadBench
from tests.bench.model import Bench

BENCHES: tuple[Bench, ...] = (
    LocalCloudBench(), UpBench(), ScaleBench(), UploadBench(), LayerBench(), ScfBench(), AccessBench(),
    RolloutsBench(),
)  # fmt: skip
