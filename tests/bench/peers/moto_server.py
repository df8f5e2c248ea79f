"""Runs moto's own threaded server until standard input ends; prints its port. Run by the Python that has moto."""

import logging
import os
import sys

from moto.server import ThreadedMotoServer

# A line a request on standard error would be work that ours does not do.
logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
os._exit(0)
