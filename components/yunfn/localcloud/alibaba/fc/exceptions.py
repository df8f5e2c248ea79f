"""Function Compute's refusals: code and status fixed per class.

Codes and texts: the Function Compute documentation's error table, terraform-provider-alicloud 1.285.0 and the
answers quoted in the tickets of the official tools; where only the code is known, the text is ours.
"""

from __future__ import annotations

from yunfn.localcloud.cloud_error import CloudError


class FcError(CloudError):
    """Any refusal of Function Compute."""


class InvalidArgument(FcError):
    """An argument breaks a rule; the text says which."""

    code = "InvalidArgument"
    status = 400


class FunctionNotFound(FcError):
    """There is no function of that name."""

    code = "FunctionNotFound"
    status = 404

    def __init__(self, function: str) -> None:
        super().__init__(f"function '{function}' does not exist")


class VersionNotFound(FcError):
    """The function has no such version."""

    code = "VersionNotFound"
    status = 404

    def __init__(self, function: str, version: str) -> None:
        super().__init__(f"version '{version}' does not exist in function '{function}'")


class AliasNotFound(FcError):
    """The function has no such alias."""

    code = "AliasNotFound"
    status = 404

    def __init__(self, function: str, alias: str) -> None:
        super().__init__(f"alias '{alias}' does not exist in function '{function}'")
