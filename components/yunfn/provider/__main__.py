"""``python -m yunfn.provider [ENGINE]``: the plugin's process. Prints its port and serves until the engine ends it."""

from __future__ import annotations

import asyncio
import signal
import sys

import grpc.aio
from pulumi.runtime.proto import provider_pb2_grpc

from yunfn import __version__
from yunfn.provider.functions import all_functions
from yunfn.provider.liveness import Liveness
from yunfn.provider.operations import Operations
from yunfn.provider.resources import all_resources
from yunfn.provider.servicer import Servicer

# As Pulumi's own SDKs have it: states are bigger than gRPC's 4 MB.
_LARGEST_MESSAGE = 400 * 1024 * 1024


async def serve(engine: str) -> None:
    """Serve the engine at this address (host:port; empty if it attaches later) until it goes away."""
    operations = Operations()
    liveness = Liveness(operations)
    servicer = Servicer(__version__, all_resources, operations, liveness, all_functions)
    servicer.connect(engine)
    server = grpc.aio.server(options=[("grpc.max_receive_message_length", _LARGEST_MESSAGE)])
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, liveness.end, "was stopped: the engine ended")
    print(port, flush=True)
    await liveness.watch()
    await server.wait_for_termination()


if __name__ == "__main__":
    asyncio.run(serve(next((word for word in sys.argv[1:] if not word.startswith("-")), "")))
