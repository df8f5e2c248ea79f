"""SLS's refusals (SLS "Error codes" and the error tables of its API reference)."""

from __future__ import annotations

from yunfn.localcloud.cloud_error import CloudError


class ProjectNotExist(CloudError):
    """There is no such project in this region."""

    code = "ProjectNotExist"
    status = 404

    def __init__(self, project: str) -> None:
        super().__init__(f"The Project does not exist : {project}")


class ProjectAlreadyExist(CloudError):
    """The name is taken, here or in another region: project names are unique in the whole cloud."""

    code = "ProjectAlreadyExist"

    def __init__(self, project: str) -> None:
        super().__init__(f"Project ({project}) already exist.")


class LogStoreNotExist(CloudError):
    """There is no such logstore in the project."""

    code = "LogStoreNotExist"
    status = 404

    def __init__(self, logstore: str) -> None:
        super().__init__(f"logstore {logstore} does not exist")


class LogStoreAlreadyExist(CloudError):
    """The project has a logstore of that name."""

    code = "LogStoreAlreadyExist"

    def __init__(self, logstore: str) -> None:
        super().__init__(f"logstore {logstore} already exists")


class ShardNotExist(CloudError):
    """The logstore has no such shard."""

    code = "ShardNotExist"
    status = 404

    def __init__(self, shard: int) -> None:
        super().__init__(f"shard {shard} does not exist")


class IndexConfigNotExist(CloudError):
    """The logstore has no index: 404 when it is read, 400 when logs are searched."""

    code = "IndexConfigNotExist"

    def __init__(self, *, searching: bool) -> None:
        super().__init__(
            "logstore without index config" if searching else "index config doesn't exist",
            status=400 if searching else 404,
        )


class IndexAlreadyExist(CloudError):
    """The logstore has an index."""

    code = "IndexAlreadyExist"

    def __init__(self) -> None:
        super().__init__("log store index is already created")


class IndexInfoInvalid(CloudError):
    """An index breaks a rule."""

    code = "IndexInfoInvalid"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)


class ParameterInvalid(CloudError):
    """A parameter, the body or the query breaks a rule."""

    code = "ParameterInvalid"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)


class PostBodyInvalid(CloudError):
    """The body is not JSON, or not a log group."""

    code = "PostBodyInvalid"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)


class PostBodyTooLarge(CloudError):
    """A log group is larger than SLS takes."""

    code = "PostBodyTooLarge"

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(f"Body size {size} must be less than {limit}.")


class PostBodyUncompressError(CloudError):
    """A body does not come out of its compression at the size it claims."""

    code = "PostBodyUncompressError"

    def __init__(self, reason: str) -> None:
        super().__init__(f"Fail to uncompress post body: {reason}")


class InvalidEncoding(CloudError):
    """A log holds what is not UTF-8."""

    code = "InvalidEncoding"

    def __init__(self) -> None:
        super().__init__("Non-UTF8 characters are in logs.")
