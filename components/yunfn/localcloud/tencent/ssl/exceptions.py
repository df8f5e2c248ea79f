"""Refusals of SSL Certificates (tencentcloud-sdk-python 3.1.100, ``ssl/v20191205/errorcodes.py``)."""

from __future__ import annotations

from yunfn.localcloud.tencent.api.exceptions import ApiError


class CertificateNotFound(ApiError):
    """There is no such certificate."""

    code = "FailedOperation.CertificateNotFound"

    def __init__(self, certificate_id: str) -> None:
        super().__init__(f"The certificate {certificate_id} does not exist.")


class CertificateParseError(ApiError):
    """Certificate or key are not PEM, or the key's password is wrong."""

    code = "FailedOperation.CertificateParseError"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The certificate cannot be read: {reason}.")


class CertificateMismatch(ApiError):
    """The private key is another certificate's."""

    code = "FailedOperation.CertificateMismatch"

    def __init__(self) -> None:
        super().__init__("The private key does not belong to the certificate.")
