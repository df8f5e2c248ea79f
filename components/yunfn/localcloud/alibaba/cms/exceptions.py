"""Cloud Monitor's refusals; what it says of parameters is documented nowhere, so the words are ours."""

from __future__ import annotations

from yunfn.localcloud.cloud_error import CloudError


class InvalidParameter(CloudError):
    """A parameter breaks a rule."""

    code = "InvalidParameter"

    def __init__(self, name: str, rule: str) -> None:
        super().__init__(f"The specified parameter {name} is invalid: {rule}")
