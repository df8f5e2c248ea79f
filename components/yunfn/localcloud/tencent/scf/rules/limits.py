"""Numbers of SCF that only the service needs: what its users meet too is in :data:`yunfn.runtimes.SCF_LIMITS`."""

from __future__ import annotations

# "Quota Limits" (583/11637): layers, and concurrency in MB, of one region.
LAYERS_PER_REGION = 20
CONCURRENCY_MB = 128_000
# API reference, "PutReservedConcurrencyConfig": what must stay for functions without a reservation, in MB.
UNRESERVED_MB = 12_800
# API reference, "PutProvisionedConcurrencyConfig": the instances of a function that cannot be provisioned.
UNPROVISIONED_INSTANCES = 100
# API reference, "WSParams": seconds.
WEBSOCKET_IDLE_S = (1, 1800)
# API 3.0, "Request structure": the whole body of a POST signed with TC3-HMAC-SHA256.
BODY_BYTES = 10 << 20
