"""The code of a function that asks OSS by its own role: ``index.handler``; standard library only.

The event is ``{"verb", "bucket", "key"}``, by an HTTP trigger as the request's body; the answer is OSS's status and
error code, "" for none.
"""

import base64
import hashlib
import hmac
import json
import re
import urllib.error
import urllib.request
from email.utils import formatdate


def handler(event, context):
    asked = json.loads(event)
    asked = json.loads(asked["body"]) if "body" in asked else asked
    return json.dumps(ask(context, asked["verb"], asked["bucket"], asked["key"]))


def ask(context, verb, bucket, key):
    role = context.credentials
    date = formatdate(usegmt=True)
    kind = "text/plain" if verb == "PUT" else ""
    text = f"{verb}\n\n{kind}\n{date}\nx-oss-security-token:{role.security_token}\n/{bucket}/{key}"
    digest = hmac.new(role.access_key_secret.encode(), text.encode(), hashlib.sha1).digest()
    headers = {
        "Date": date,
        "x-oss-security-token": role.security_token,
        "Authorization": f"OSS {role.access_key_id}:{base64.b64encode(digest).decode()}",
    }
    if kind:
        headers["Content-Type"] = kind
    url = f"https://{bucket}.oss-{context.region}.aliyuncs.com/{key}"
    request = urllib.request.Request(url, b"bytes" if verb == "PUT" else None, headers, method=verb)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return {"status": answer.status, "code": ""}
    except urllib.error.HTTPError as error:
        body = error.read().decode()
        found = re.search("<Code>(.*)</Code>", body)
        return {"status": error.code, "code": found.group(1) if found else body}
