"""Tablestore's refusals: code, status and words as "Error codes" of its documentation has them."""

from __future__ import annotations

from yunfn.localcloud.cloud_error import CloudError


class ParameterInvalid(CloudError):
    """Something in the request breaks a rule."""

    code = "OTSParameterInvalid"
    status = 400


class AuthFailed(CloudError):
    """The sender is not believed, or asks for an instance that is not there."""

    code = "OTSAuthFailed"
    status = 403


class InstanceNotFound(AuthFailed):
    """The account has no instance of that name."""

    def __init__(self) -> None:
        super().__init__("The instance is not found.")


class NoPermissionAccess(CloudError):
    """No policy allows it. The cloud says the first sentence; what is missing is the local cloud's addition."""

    code = "OTSNoPermissionAccess"
    status = 403

    def __init__(self, action: str, resource: str) -> None:
        super().__init__(
            "You have no permission to access the requested resource, please contact the resource owner. "
            f"Missing: {action} on {resource}."
        )


class MethodNotAllowed(CloudError):
    """Data operations are POSTs."""

    code = "OTSMethodNotAllowed"
    status = 405

    def __init__(self) -> None:
        super().__init__("Only POST method for requests is supported.")


class RequestBodyTooLarge(CloudError):
    """The request's body is larger than the service takes."""

    code = "OTSRequestBodyTooLarge"
    status = 413

    def __init__(self) -> None:
        super().__init__("The size of POST data is too large.")


class TableNotFound(CloudError):
    """The instance has no such table."""

    code = "OTSObjectNotExist"
    status = 404

    def __init__(self) -> None:
        super().__init__("Requested table does not exist.")


class StreamNotFound(CloudError):
    """There is no such stream."""

    code = "OTSObjectNotExist"
    status = 404

    def __init__(self) -> None:
        super().__init__("Requested stream does not exist.")


class ShardNotFound(CloudError):
    """The stream has no such shard."""

    code = "OTSObjectNotExist"
    status = 404

    def __init__(self) -> None:
        super().__init__("Requested shard does not exist.")


class TrimmedDataAccess(CloudError):
    """A shard iterator stands before what the stream still keeps, or means none that is there."""

    code = "OTSTrimmedDataAccess"
    status = 404

    def __init__(self) -> None:
        super().__init__("Requested stream data is already trimmed or does not exist.")


class TableAlreadyExists(CloudError):
    """The instance has a table of that name."""

    code = "OTSObjectAlreadyExist"
    status = 409

    def __init__(self) -> None:
        super().__init__("Requested table already exists.")


class QuotaExhausted(CloudError):
    """The instance holds as many tables as it may."""

    code = "OTSQuotaExhausted"
    status = 403

    def __init__(self, what: str = "Number of tables exceeds the quota.") -> None:
        super().__init__(what)


class ConditionCheckFail(CloudError):
    """The row is not as the condition wants it."""

    code = "OTSConditionCheckFail"
    status = 403

    def __init__(self) -> None:
        super().__init__("Condition check failed.")


class InvalidPrimaryKey(CloudError):
    """The primary key is not the table's: other names, types or number of columns."""

    code = "OTSInvalidPK"
    status = 400


class ServerBusy(CloudError):
    """One request too many: clients try again."""

    code = "OTSServerBusy"
    status = 503

    def __init__(self) -> None:
        super().__init__("Server is busy.")


class InternalServerError(CloudError):
    """The service's own fault: clients try reads again."""

    code = "OTSInternalServerError"
    status = 500

    def __init__(self) -> None:
        super().__init__("Internal server error.")


class MissingParameter(CloudError):
    """The control plane: a required parameter is missing."""

    code = "MissingParameter"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is mandatory for this action.")


class InvalidParameter(CloudError):
    """The control plane: a parameter breaks a rule."""

    code = "InvalidParameter"

    def __init__(self, name: str, rule: str) -> None:
        super().__init__(f"The parameter {name} is invalid: {rule}.")


class NoSuchInstance(CloudError):
    """The control plane: the region has no instance of that name. Its status is what clients go by."""

    code = "OTSObjectNotExist"
    status = 404

    def __init__(self, name: str) -> None:
        super().__init__(f"The instance {name} is not found.")


class InstanceAlreadyExists(CloudError):
    """The control plane: the region has an instance of that name. No page at hand names the code: it is believed."""

    code = "OTSObjectAlreadyExist"
    status = 409

    def __init__(self, name: str) -> None:
        super().__init__(f"The instance {name} already exists.")


class InstanceNotEmpty(CloudError):
    """The control plane: tables must go before their instance ("How do I release an instance?").

    No page at hand names the code: it is believed.
    """

    code = "OTSConflict"
    status = 409

    def __init__(self, name: str, tables: int) -> None:
        super().__init__(f"The instance {name} has {tables} table(s): delete them first.")


class TooManyInstances(CloudError):
    """The control plane: the account has as many instances as it may ("General limits"). The code is believed."""

    code = "OTSQuotaExhausted"
    status = 403

    def __init__(self, most: int) -> None:
        super().__init__(f"The account has {most} instances, which is the most there may be.")
