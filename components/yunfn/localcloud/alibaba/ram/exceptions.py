"""RAM's refusals: code and status fixed per class (RAM API "Error codes")."""

from __future__ import annotations

from yunfn.localcloud.cloud_error import CloudError


class EntityNotExist(CloudError):
    """A role, user, policy, version, key or attachment is not there; ``kind`` completes the code."""

    status = 404

    def __init__(self, kind: str, name: str) -> None:
        words = kind.lower().replace(".", " ")
        super().__init__(f"The {words} does not exist: {name}.", code=f"EntityNotExist.{kind}")


class EntityAlreadyExists(CloudError):
    """A role, user, policy or attachment is there already."""

    status = 409

    def __init__(self, kind: str, name: str) -> None:
        words = kind.lower().replace(".", " ")
        super().__init__(f"The {words} already exists: {name}.", code=f"EntityAlreadyExists.{kind}")


class DeleteConflict(CloudError):
    """Something still hangs on what is to be deleted."""

    status = 409

    def __init__(self, kind: str, what: str) -> None:
        owner, _, hanging = kind.partition(".")
        super().__init__(
            f"The {owner.lower()} {what} still has a {hanging.lower()}; detach or delete it first.",
            code=f"DeleteConflict.{kind}",
        )


class LimitExceeded(CloudError):
    """A quota is full."""

    status = 409

    def __init__(self, kind: str, limit: int) -> None:
        super().__init__(f"The count of {kind} is beyond the current limit of {limit}.", code=f"LimitExceeded.{kind}")


class InvalidParameter(CloudError):
    """A parameter breaks a rule; ``name`` completes the code."""

    def __init__(self, name: str, rule: str) -> None:
        super().__init__(f'The parameter - "{name}" should {rule}.', code=f"InvalidParameter.{name}")


class MalformedPolicyDocument(CloudError):
    """A policy document breaks RAM's grammar; the message says where."""

    code = "MalformedPolicyDocument"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The policy document is malformed: {reason}")


class PolicyDocumentTooLong(CloudError):
    """A policy document is longer than RAM takes."""

    code = "InvalidParameter.PolicyDocument.Length"

    def __init__(self, limit: int) -> None:
        super().__init__(f'The parameter - "PolicyDocument" should not be longer than {limit} characters.')
