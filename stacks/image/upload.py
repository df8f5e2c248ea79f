"""Takes pictures: ``curl <url>/upload/ -F "lena.png=@lena.png"`` stores lena.png.

Where the stack has a token, only from whoever sends it: ``-H "Authorization: Bearer <token>"``.
"""

from __future__ import annotations

import hmac
import io
import os

from pictures import Refused, checked_name, store
from PIL import Image, UnidentifiedImageError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

# The platform takes 32 MB per call, base64 included (Function Compute documentation, "limits").
_LIMIT = 20 * 1024 * 1024


def handler(environ, start_response):
    """Store every picture of the form and answer their names, one a line."""
    request = Request(environ)
    request.max_content_length = _LIMIT
    try:
        _check_token(request, environ["fc.context"])
        names = [_stored(environ["fc.context"], field, file) for field, file in _files(request)]
        response = Response("".join(f"stored {name}\n" for name in names), 201)
    except Refused as refused:
        response = Response(f"{refused}\n", refused.status)
        if refused.status == 401:
            response.headers["WWW-Authenticate"] = "Bearer"
    except HTTPException as refused:
        response = Response(f"{refused.description}\n", refused.code)
    return response(environ, start_response)


def _check_token(request, context):
    """Raise Refused (401) for another token than the stack's, in a time that tells nothing of it."""
    if "UPLOAD_TOKEN" not in os.environ:
        return
    # In the package where the stack has a secret.
    from yunfn_secrets import secret

    expected = f"Bearer {secret('UPLOAD_TOKEN', context)}"
    given = request.headers.get("Authorization", "")
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise Refused(401, "send the token: Authorization: Bearer <token>")


def _files(request):
    if request.method != "POST":
        raise Refused(405, "pictures are sent by POST")
    if request.mimetype != "multipart/form-data":
        raise Refused(415, 'send a form upload: curl <url> -F "lena.png=@lena.png"')
    files = list(request.files.items(multi=True))
    if not files:
        raise Refused(400, "the form holds no file")
    return files


def _stored(context, field, file):
    # The form names the picture twice; the field is what the caller wrote, the file name may be a path.
    name = checked_name(field if "." in field else file.filename or field)
    content = file.read()
    try:
        with Image.open(io.BytesIO(content)) as picture:
            picture.verify()
            media_type = Image.MIME[picture.format]
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Refused(400, f"{name} is no picture: {error}") from error
    store(context, name, content, media_type)
    return name
