"""How COS says that it does not believe a request's sender (COS documentation, "Error codes", 436/7730)."""

from __future__ import annotations

from yunfn.localcloud.cloud_error import AuthenticationError, Disbelief

_TEXTS = {
    "InvalidAccessKeyId": "The access key Id you provided does not exist in our records.",
    "InvalidSecurity": "The provided security token is invalid.",
    "ExpiredToken": "The provided token has expired.",
    "SignatureDoesNotMatch": "The Signature you specified is invalid.",
    "RequestTimeTooSkewed": "The difference between the request time and the current time is too large.",
    "InvalidArgument": "The signature's parameters are incomplete.",
}
_CODES = {
    Disbelief.UNKNOWN_KEY: "InvalidAccessKeyId",
    Disbelief.WRONG_TOKEN: "InvalidSecurity",
    Disbelief.EXPIRED: "ExpiredToken",
}


class CosAuthenticationError(AuthenticationError):
    """A refusal that COS words itself; ``details`` become further XML elements."""

    def __init__(self, reason: Disbelief, code: str, text: str, *, status: int = 403, **details: str) -> None:
        super().__init__(reason)
        self.code = code
        self.message = text
        self.status = status
        self.details = details


def refuse(reason: Disbelief, code: str, text: str = "") -> CosAuthenticationError:
    """A refusal with the code's own text, or another."""
    return CosAuthenticationError(reason, code, text or _TEXTS[code])


def mismatch(secret_id: str, provided: str, string_to_sign: str, *, format_string: str) -> CosAuthenticationError:
    """The signature is not the one we compute; tells ours as the true COS does."""
    error = refuse(Disbelief.MISMATCH, "SignatureDoesNotMatch")
    error.string_to_sign = string_to_sign
    error.access_key_id = secret_id
    error.details = {"StringToSign": string_to_sign, "FormatString": format_string, "SignatureProvided": provided}
    return error


def malformed(detail: str) -> CosAuthenticationError:
    """The signature's own parameters are incomplete or no such values."""
    return CosAuthenticationError(
        Disbelief.MISMATCH, "InvalidArgument", f"{_TEXTS['InvalidArgument']} {detail}", status=400
    )


def worded(error: AuthenticationError) -> tuple[str, str, dict[str, str]]:
    """Code, text and further XML elements of any disbelief in COS's words."""
    if isinstance(error, CosAuthenticationError):
        return error.code, error.message, error.details
    code = _CODES[error.reason]
    return code, _TEXTS[code], {}
