"""Refusals of KMS (tencentcloud-sdk-python-kms 3.1.192, ``kms/v20190118/errorcodes.py``).

Which operation answers by which of them is said by the comments of tencentcloud-sdk-go kms 1.0.563 (``client.go``).
"""

from __future__ import annotations

from yunfn.localcloud.tencent.api.exceptions import ApiError


class CmkNotFound(ApiError):
    """There is no such key in this region."""

    code = "ResourceUnavailable.CmkNotFound"

    def __init__(self) -> None:
        super().__init__("The CMK does not exist.")


class CmkDisabled(ApiError):
    """The key is disabled."""

    code = "ResourceUnavailable.CmkDisabled"

    def __init__(self) -> None:
        super().__init__("The CMK has been disabled.")


class CmkArchived(ApiError):
    """The key is archived: it decrypts, but encrypts no more."""

    code = "ResourceUnavailable.CmkArchived"

    def __init__(self) -> None:
        super().__init__("The CMK has been archived.")


class KeyPendingDelete(ApiError):
    """The key waits for its deletion."""

    code = "ResourceUnavailable.KeyPendingDelete"

    def __init__(self) -> None:
        super().__init__("The key is to be deleted.")


class CmkStateNotSupport(ApiError):
    """The operation cannot be done in the key's present state."""

    code = "ResourceUnavailable.CmkStateNotSupport"

    def __init__(self, state: str) -> None:
        super().__init__(f"The operation is not supported in the state {state} of the CMK.")


class CmkShouldBeDisabled(ApiError):
    """Only a disabled key can be scheduled for deletion."""

    code = "ResourceUnavailable.CmkShouldBeDisabled"

    def __init__(self) -> None:
        super().__init__("A CMK that is not disabled cannot be scheduled for deletion.")


class CmkNotPendingDelete(ApiError):
    """There is no deletion to cancel."""

    code = "ResourceUnavailable.CmkNotPendingDelete"

    def __init__(self) -> None:
        super().__init__("The CMK is not scheduled for deletion.")


class InvalidPendingWindow(ApiError):
    """A waiting time that there is not."""

    code = "InvalidParameter.InvalidPendingWindowInDays"

    def __init__(self) -> None:
        super().__init__("PendingWindowInDays must be between 7 and 30.")


class InvalidValue(ApiError):
    """A parameter's value is wrong; ``kind`` completes the code."""

    def __init__(self, kind: str, rule: str) -> None:
        super().__init__(rule, code=f"InvalidParameterValue.{kind}")


class Unsupported(ApiError):
    """The cloud can do it, the local one cannot: it says so."""

    code = "UnsupportedOperation"

    def __init__(self, what: str, code: str = "UnsupportedOperation") -> None:
        super().__init__(f"The local cloud has no {what}.", code=code)


class UnsupportedKeyUsage(Unsupported):
    """A use of keys that the local cloud has not."""

    def __init__(self, usage: str) -> None:
        super().__init__(f"keys for {usage}", "UnsupportedOperation.UnsupportedKeyUsageInCurrentRegion")
