"""The bucket of pictures, as the functions' role reaches it."""

from __future__ import annotations

import os
import re

import alibabacloud_oss_v2 as oss

# A picture's name is one path segment, so that no request reaches another key than its own.
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\.(png|jpe?g|gif|webp)", re.IGNORECASE)


class Refused(Exception):
    """The request cannot be served as it is: HTTP status and reason."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


def checked_name(name: str) -> str:
    """Answer the picture's name if it is one. Raises Refused (400) otherwise."""
    if not _NAME.fullmatch(name):
        raise Refused(400, f"{name!r} is no picture's name: letters, digits, '_', '.', '-', ending in .png, .jpg, …")
    return name


def store(context, name: str, content: bytes, media_type: str) -> None:
    """Store a picture under its name."""
    _client(context).put_object(
        oss.PutObjectRequest(bucket=os.environ["BUCKET"], key=name, body=content, content_type=media_type)
    )


def load(context, name: str) -> bytes:
    """Read a picture. Raises Refused (404) if there is none of that name."""
    try:
        found = _client(context).get_object(oss.GetObjectRequest(bucket=os.environ["BUCKET"], key=name))
        return found.body.content
    except oss.exceptions.OperationError as error:
        service = error.unwrap()
        if isinstance(service, oss.exceptions.ServiceError) and service.code == "NoSuchKey":
            raise Refused(404, f"there is no picture {name}") from error
        raise


def _client(context) -> oss.Client:
    role = context.credentials
    settings = oss.config.load_default()
    settings.region = context.region
    settings.credentials_provider = oss.credentials.StaticCredentialsProvider(
        role.access_key_id, role.access_key_secret, role.security_token
    )
    return oss.Client(settings)
