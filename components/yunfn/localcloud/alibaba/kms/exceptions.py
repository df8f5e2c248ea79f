"""KMS's refusals: code and status fixed per class (KMS API "Common errors", and the operations' own pages).

What the pages leave open is said at the class: it was chosen among the codes they list.
"""

from __future__ import annotations

from yunfn.localcloud.cloud_error import CloudError


class KeyNotFound(CloudError):
    """There is no such key in this region."""

    code = "Forbidden.KeyNotFound"
    status = 404

    def __init__(self) -> None:
        super().__init__("The specified Key is not found.")


class KeyVersionNotFound(CloudError):
    """The key has no such version."""

    code = "Forbidden.KeyVersionNotFound"
    status = 404

    def __init__(self) -> None:
        super().__init__("The specified Key version is not found.")


class AliasNotFound(CloudError):
    """There is no such alias in this region."""

    code = "Forbidden.AliasNotFound"
    status = 404

    def __init__(self) -> None:
        super().__init__("The specified Alias is not found.")


class AliasAlreadyExists(CloudError):
    """An alias of that name is there already."""

    code = "AliasAlreadyExists"

    def __init__(self) -> None:
        super().__init__("AliasName Already Exists.")


class AliasUnsupported(CloudError):
    """The operation takes a key's id only."""

    code = "Unsupported.Alias"

    def __init__(self) -> None:
        super().__init__("Alias is not valid for this api.")


class NoPermission(CloudError):
    """No policy allows it. The cloud says the first sentence; what is missing is the local cloud's addition."""

    code = "Forbidden.NoPermission"
    status = 403

    def __init__(self, action: str, resource: str) -> None:
        super().__init__(
            f"This operation is forbidden by permission system. Missing: {action} on {resource}.",
        )


class MissingParameter(CloudError):
    """A required parameter is missing."""

    code = "MissingParameter"

    def __init__(self, name: str) -> None:
        super().__init__(f'The parameter "{name}" is needed but not provided.')


class InvalidParameter(CloudError):
    """A parameter breaks a rule. Also the answer to a ciphertext that cannot be read or whose context is another one:
    no page names a code of its own for it.
    """

    code = "InvalidParameter"

    def __init__(self, name: str, rule: str) -> None:
        super().__init__(f'The specified parameter "{name}" is not valid: {rule}.')


class LimitExceeded(CloudError):
    """A quota is full."""

    code = "Rejected.LimitExceeded"

    def __init__(self, what: str) -> None:
        super().__init__(f"The request was rejected because user create resource limit was exceeded: {what}.")


class KeyDisabled(CloudError):
    """The key is disabled."""

    code = "Rejected.Disabled"
    status = 409

    def __init__(self) -> None:
        super().__init__("The request was rejected because the key state is Disabled.")


class KeyPendingDeletion(CloudError):
    """The key waits for its deletion."""

    code = "Rejected.PendingDeletion"
    status = 409

    def __init__(self) -> None:
        super().__init__("The request was rejected because the key state is PendingDeletion.")


class StateModifiedFailed(CloudError):
    """The key cannot go to that state from its present one ("Impact of CMK states on API call").

    No page at hand says how the deletion of a protected key is refused: that it is by this code is believed.
    """

    code = "Rejected.StateModifiedFailed"
    status = 409

    def __init__(self, reason: str) -> None:
        super().__init__(f"Keystate modified failed: {reason}.")


class UnsupportedOperation(CloudError):
    """The cloud can do it, the local one cannot: it says so."""

    code = "Rejected.UnsupportedOperation"

    def __init__(self, what: str) -> None:
        super().__init__(f"Unsupported operation: the local cloud has no {what}.")


class DryRun(CloudError):
    """A call with DryRun that would have been carried out; that its status is 400 is from memory."""

    code = "DryRunOperationError"

    def __init__(self) -> None:
        super().__init__("The request would have succeeded if the DryRun parameter was not set.")
