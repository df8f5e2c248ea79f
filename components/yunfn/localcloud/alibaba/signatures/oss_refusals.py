"""How OSS says that it does not believe a request's sender."""

from __future__ import annotations

from yunfn.localcloud.cloud_error import AuthenticationError, Disbelief


class OssAuthenticationError(AuthenticationError):
    """A refusal that OSS words itself: ``code``, text, EC number and further XML elements."""

    def __init__(
        self,
        reason: Disbelief,
        code: str,
        text: str,
        *,
        status: int = 403,
        ec: str = "",
        string_to_sign: str = "",
        **details: str,
    ) -> None:
        super().__init__(reason, details.get("OSSAccessKeyId", ""), string_to_sign)
        self.code = code
        self.message = text
        self.status = status
        self.error_number = ec
        self.details = details


def mismatch(access_key_id: str, provided: str, string_to_sign: str, canonical_request: str = "") -> Exception:
    """The signature is not the one we compute; tells ours as the true OSS does (V4: the canonical request, too)."""
    details = {
        "OSSAccessKeyId": access_key_id,
        "SignatureProvided": provided,
        "StringToSign": string_to_sign,
        "StringToSignBytes": string_to_sign.encode().hex(" ").upper(),
    }
    if canonical_request:
        details["CanonicalRequest"] = canonical_request
    error = OssAuthenticationError(
        Disbelief.MISMATCH,
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. "
        "Check your key and signing method.",
        ec="0002-00000040",
        string_to_sign=string_to_sign,
    )
    error.details.update(details)
    return error


def skewed(requested: str, server: str) -> Exception:
    """The request was signed more than 15 minutes from now."""
    return OssAuthenticationError(
        Disbelief.SKEWED,
        "RequestTimeTooSkewed",
        "The difference between the request time and the current time is too large.",
        ec="0002-00000504",
        MaxAllowedSkewMilliseconds="900000",
        RequestTime=requested,
        ServerTime=server,
    )


def expired(expires: str, server: str) -> Exception:
    """A presigned URL past its time."""
    return OssAuthenticationError(
        Disbelief.SKEWED, "AccessDenied", "Request has expired.", Expires=expires, ServerTime=server
    )


def invalid(text: str, **details: str) -> Exception:
    """The signature's own parameters are incomplete or contradict each other."""
    return OssAuthenticationError(Disbelief.MISMATCH, "InvalidArgument", text, status=400, **details)


def undated() -> Exception:
    """No Date header, or one that is no date."""
    return OssAuthenticationError(Disbelief.MISSING, "AccessDenied", "OSS authentication requires a valid Date.")
