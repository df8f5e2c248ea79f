"""OSS's refusals: code, status and text fixed per class.

Codes and texts as in OSS's API reference ("Error responses", "HTTP status codes") and in answers of the true service
quoted in public issue threads; an EC number only where one of its pages or such an answer shows it.
"""

from __future__ import annotations

from typing import ClassVar

from yunfn.localcloud.cloud_error import CloudError


class OssError(CloudError):
    """A refusal of OSS; ``details`` become further elements of its XML, ``headers`` further headers."""

    text: ClassVar[str] = ""
    ec: ClassVar[str] = ""

    def __init__(self, message: str = "", *, ec: str | None = None, **details: str) -> None:
        super().__init__(message or self.text)
        self.details = details
        self.error_number = self.ec if ec is None else ec
        self.headers: dict[str, str] = {}


class AccessDenied(OssError):
    """The sender may not do this."""

    code = "AccessDenied"
    status = 403
    text = "You have no right to access this object because of bucket acl."
    ec = "0003-00000001"


class WrongEndpoint(AccessDenied):
    """The bucket lies in another region than the host says; ``Endpoint`` tells where."""

    text = (
        "The bucket you are attempting to access must be addressed using the specified endpoint. "
        "Please send all future requests to this endpoint."
    )
    ec = "0003-00001403"


class SecondLevelDomainForbidden(OssError):
    """Path style: the bucket stands in the path, not in the host."""

    code = "SecondLevelDomainForbidden"
    status = 403
    text = "Please use virtual hosted style to access."


class NoSuchBucket(OssError):
    """There is no bucket of that name."""

    code = "NoSuchBucket"
    status = 404
    text = "The specified bucket does not exist."
    ec = "0015-00000101"


class NoSuchKey(OssError):
    """There is no object at that key."""

    code = "NoSuchKey"
    status = 404
    text = "The specified key does not exist."
    ec = "0026-00000001"


class NoSuchVersion(OssError):
    """There is no such version of the object."""

    code = "NoSuchVersion"
    status = 404
    text = "The specified version does not exist."


class NoSuchUpload(OssError):
    """There is no such multipart upload (never was, completed or aborted)."""

    code = "NoSuchUpload"
    status = 404
    text = (
        "The specified upload does not exist. The upload ID may be invalid, "
        "or the upload may have been aborted or completed."
    )


class BucketAlreadyExists(OssError):
    """The name is taken."""

    code = "BucketAlreadyExists"
    status = 409
    text = (
        "The requested bucket name is not available. The bucket namespace is shared by all users of the system. "
        "Please select a different name and try again."
    )


class BucketNotEmpty(OssError):
    """A bucket with objects, versions or unfinished uploads cannot be deleted."""

    code = "BucketNotEmpty"
    status = 409
    text = "The bucket you tried to delete is not empty."


class TooManyBuckets(OssError):
    """More buckets in the region than an account may have (100)."""

    code = "TooManyBuckets"
    text = "You have attempted to create more buckets than allowed."


class InvalidBucketName(OssError):
    """The bucket's name breaks the naming rules."""

    code = "InvalidBucketName"
    text = "The specified bucket is not valid."
    ec = "0015-00000001"


class InvalidObjectName(OssError):
    """The key breaks the naming rules."""

    code = "InvalidObjectName"
    text = "The specified object is not valid."


class InvalidLocationConstraint(OssError):
    """The location asked for is not the endpoint's."""

    code = "InvalidLocationConstraint"
    text = "The specified location-constraint is not valid."


class InvalidArgument(OssError):
    """A parameter or header has a value that OSS does not take."""

    code = "InvalidArgument"
    text = "Invalid Argument."


class AwsChunkedForbidden(InvalidArgument):
    """An AWS SDK's chunked body with trailer."""

    text = "aws-chunked encoding is not supported with the specified x-amz-content-sha256 value."
    ec = "0017-00000804"


class InvalidDigest(OssError):
    """Content-MD5 is malformed or does not fit the body."""

    code = "InvalidDigest"
    text = "The Content-MD5 you specified was invalid."


class MalformedXML(OssError):
    """The body is not the XML that the operation takes."""

    code = "MalformedXML"
    text = "The XML you provided was not well-formed or did not validate against our published schema."


class MissingArgument(OssError):
    """A parameter or header is missing."""

    code = "MissingArgument"
    text = "Missing Some Required Arguments."


class MissingContentLength(OssError):
    """A body without length."""

    code = "MissingContentLength"
    status = 411
    text = "You must provide the Content-Length HTTP header."


class EntityTooLarge(OssError):
    """More than 5 GB in one request."""

    code = "EntityTooLarge"
    text = "Your proposed upload exceeds the maximum allowed size."


class EntityTooSmall(OssError):
    """A part, not the last one, under 100 KB."""

    code = "EntityTooSmall"
    text = "Your proposed upload smaller than the minimum allowed size."


class InvalidPart(OssError):
    """A part named at completion that was never uploaded, or has another ETag."""

    code = "InvalidPart"
    text = (
        "One or more of the specified parts could not be found or the specified entity tag might not have "
        "matched the part's entity tag."
    )


class InvalidPartOrder(OssError):
    """Parts named at completion are not in ascending order."""

    code = "InvalidPartOrder"
    text = "The list of parts was not in ascending order. Parts list must specified in order by part number."


class FileAlreadyExists(OssError):
    """x-oss-forbid-overwrite, and the key is taken."""

    code = "FileAlreadyExists"
    status = 409
    text = "The object you specified already exists and can not be overwritten."


class ObjectNotAppendable(OssError):
    """AppendObject on an object that was not made by it."""

    code = "ObjectNotAppendable"
    status = 409
    text = "The object is not appendable."


class PositionNotEqualToLength(OssError):
    """AppendObject anywhere but at the end."""

    code = "PositionNotEqualToLength"
    status = 409
    text = "Position is not equal to file length"


class InvalidObjectState(OssError):
    """Archived bytes that were not restored."""

    code = "InvalidObjectState"
    status = 403
    text = "The operation is not valid for the object's state"


class FileImmutable(OssError):
    """A retention policy protects the object."""

    code = "FileImmutable"
    status = 409
    text = "The object you specified is immutable."


class PreconditionFailed(OssError):
    """If-Match or If-Unmodified-Since does not hold."""

    code = "PreconditionFailed"
    status = 412
    text = "At least one of the pre-conditions you specified did not hold."


class NotImplementedHeader(OssError):
    """A conditional write: OSS has x-oss-forbid-overwrite instead."""

    code = "NotImplemented"
    status = 501
    text = "A header you provided implies functionality that is not implemented."


class NotModified(OssError):
    """If-None-Match or If-Modified-Since does not hold."""

    code = "NotModified"
    status = 304
    text = "Not Modified"


class InvalidRange(OssError):
    """A range outside the object, where x-oss-range-behavior asks for the standard's answer."""

    code = "InvalidRange"
    status = 416
    text = "The requested range cannot be satisfied."


class MethodNotAllowed(OssError):
    """The named version is a delete marker."""

    code = "MethodNotAllowed"
    status = 405
    text = "The specified method is not allowed against this resource."


class NotSymlink(OssError):
    """GetSymlink on an object that is none."""

    code = "NotSymlink"
    text = "The object is not symlink."


class NoSuchConfiguration(OssError):
    """A bucket's sub-resource that was never set; code and text by sub-resource."""

    status = 404

    def __init__(self, code: str, message: str, ec: str = "", **details: str) -> None:
        super().__init__(message, ec=ec, **details)
        self.code = code
