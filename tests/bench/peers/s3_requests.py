"""Signs S3 requests as botocore sends them. Run by the Python that has moto; reads and prints JSON."""

import json
import sys
from base64 import b64encode

import botocore.session
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest

asked = json.load(sys.stdin)
body = asked["body"].encode("latin-1")
host = asked["endpoint"].removeprefix("http://")
credentials = botocore.session.get_session().get_credentials().get_frozen_credentials()
signer = S3SigV4Auth(credentials, "s3", "us-east-1")
wire = []
for key in asked["keys"]:
    path = f"/{asked['bucket']}/{key}".rstrip("/")
    request = AWSRequest(asked["method"], asked["endpoint"] + path, data=body, headers={"Host": host})
    if body:
        request.headers["Content-Type"] = "application/octet-stream"
    request.headers["Content-Length"] = str(len(body))
    signer.add_auth(request)
    head = f"{asked['method']} {path} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in request.headers.items())
    wire.append(b64encode(head.encode("latin-1") + b"\r\n" + body).decode())
json.dump(wire, sys.stdout)
