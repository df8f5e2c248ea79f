"""COS's refusals: code, status and text fixed per class (COS documentation, "Error codes", 436/7730)."""

from __future__ import annotations

from typing import ClassVar

from yunfn.localcloud.cloud_error import CloudError


class CosError(CloudError):
    """A refusal of COS; ``details`` become further elements of its XML, ``headers`` further headers."""

    text: ClassVar[str] = ""

    def __init__(self, message: str = "", **details: str) -> None:
        super().__init__(message or self.text)
        self.details = details
        self.headers: dict[str, str] = {}


class AccessDenied(CosError):
    """The sender may not do this."""

    code = "AccessDenied"
    status = 403
    text = "Access Denied."


class NoSuchBucket(CosError):
    """There is no bucket of that name in that region."""

    code = "NoSuchBucket"
    status = 404
    text = "The specified bucket does not exist."


class NoSuchKey(CosError):
    """There is no object at that key."""

    code = "NoSuchKey"
    status = 404
    text = "The specified key does not exist."


class NoSuchVersion(CosError):
    """There is no such version of the object."""

    code = "NoSuchVersion"
    status = 404
    text = "The specified version does not exist."


class NoSuchUpload(CosError):
    """There is no such multipart upload (never was, completed or aborted)."""

    code = "NoSuchUpload"
    status = 404
    text = (
        "The specified multipart upload does not exist. The upload ID might be invalid, "
        "or the multipart upload might have been aborted or completed."
    )


class NoSuchConfiguration(CosError):
    """A sub-resource of a bucket that was never set; each has a code of its own."""

    status = 404

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class BucketAlreadyExists(CosError):
    """The name is taken by another account."""

    code = "BucketAlreadyExists"
    status = 409
    text = (
        "The requested bucket name is not available. "
        "The bucket namespace is shared by all users of the system. Please select a different name and try again."
    )


class BucketAlreadyOwnedByYou(CosError):
    """The sender has a bucket of that name already."""

    code = "BucketAlreadyOwnedByYou"
    status = 409
    text = "Your previous request to create the named bucket succeeded and you already own it."


class BucketNotEmpty(CosError):
    """A bucket with objects, versions or unfinished uploads cannot be deleted."""

    code = "BucketNotEmpty"
    status = 409
    text = "The bucket you tried to delete is not empty."


class FileAlreadyExists(CosError):
    """x-cos-forbid-overwrite found the key taken."""

    code = "FileAlreadyExists"
    status = 409
    text = "The object you specified already exists and can not be overwritten."


class TooManyBuckets(CosError):
    """More buckets than an account may have (200)."""

    code = "TooManyBuckets"
    text = "You have attempted to create more buckets than allowed."


class InvalidBucketName(CosError):
    """The bucket's name breaks the naming rules."""

    code = "InvalidBucketName"
    text = "The specified bucket is not valid."


class InvalidLocationConstraint(CosError):
    """The bucket is asked for in another region than the host's."""

    code = "InvalidLocationConstraint"
    text = "The specified location (Region) constraint is not valid."


class InvalidObjectName(CosError):
    """The key breaks the naming rules."""

    code = "InvalidObjectName"
    text = "The specified object name is not valid."


class KeyTooLong(CosError):
    """The key has more than 850 bytes."""

    code = "KeyTooLong"
    text = "Your key is too long."


class InvalidArgument(CosError):
    """A parameter or header has a value that COS does not take."""

    code = "InvalidArgument"
    text = "Invalid Argument."


class MissingContentLength(CosError):
    """A body without Content-Length and not chunked."""

    code = "MissingContentLength"
    status = 411
    text = "You must provide the Content-Length HTTP header."


class MissingContentMD5(CosError):
    """The request needs a Content-MD5."""

    code = "MissingRequestHeader"
    text = "Missing required header for this request: Content-MD5"


class InvalidDigest(CosError):
    """The body does not have the MD5 that Content-MD5 says."""

    code = "InvalidDigest"
    text = "The Content-MD5 you specified is not valid."


class BadDigest(CosError):
    """The body is another one than its digest says."""

    code = "BadDigest"
    text = "The Content-MD5 you specified did not match what we received."


class ContentHashMismatch(CosError):
    """An S3 client's digest of its body does not fit the body."""

    code = "XAmzContentSHA256Mismatch"
    text = "The provided 'x-amz-content-sha256' header does not match what was computed."


class IncompleteBody(CosError):
    """The sender closed the connection before the body was whole."""

    code = "IncompleteBody"
    text = "You did not provide the number of bytes specified by the Content-Length HTTP header."


class EntityTooLarge(CosError):
    """The body is larger than 5 GB."""

    code = "EntityTooLarge"
    text = "Your proposed upload exceeds the maximum allowed object size."


class EntityTooSmall(CosError):
    """A part other than the last is smaller than 1 MB."""

    code = "EntityTooSmall"
    text = "Your proposed upload is smaller than the minimum allowed object size."


class InvalidPart(CosError):
    """A part that is named was not uploaded, or is another one."""

    code = "InvalidPart"
    text = (
        "One or more of the specified parts could not be found. The part might not have been uploaded, "
        "or the specified entity tag might not have matched the part's entity tag."
    )


class InvalidPartOrder(CosError):
    """The parts are not named in ascending order."""

    code = "InvalidPartOrder"
    text = "The list of parts was not in ascending order. Parts list must be specified in order by part number."


class MalformedXML(CosError):
    """The body is no XML, or not the document the operation takes."""

    code = "MalformedXML"
    text = "The XML you provided was not well-formed or did not validate against our published schema."


class InvalidTag(CosError):
    """A tag that COS does not take."""

    code = "InvalidTag"
    text = "The tag provided was not a valid tag."


class InvalidRange(CosError):
    """None of the bytes asked for exists."""

    code = "InvalidRange"
    status = 416
    text = "The requested range cannot be satisfied."


class MethodNotAllowed(CosError):
    """A delete marker cannot be read."""

    code = "MethodNotAllowed"
    status = 405
    text = "The specified method is not allowed against this resource."


class PreconditionFailed(CosError):
    """An If-Match or If-Unmodified-Since does not hold."""

    code = "PreconditionFailed"
    status = 412
    text = "At least one of the preconditions you specified did not hold."


class NotModified(CosError):
    """An If-None-Match or If-Modified-Since says that the reader has it already."""

    code = "NotModified"
    status = 304
    text = "Not Modified."


class SlowDown(CosError):
    """Too many requests at a time."""

    code = "SlowDown"
    status = 503
    text = "Please reduce your request rate."


class InternalError(CosError):
    """COS itself failed."""

    code = "InternalError"
    status = 500
    text = "We encountered an internal error. Please try again."
