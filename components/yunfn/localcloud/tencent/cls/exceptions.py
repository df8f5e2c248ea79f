"""CLS's refusals (tencentcloud-sdk-python 3.1.100, ``cls/v20201016/errorcodes.py``)."""

from __future__ import annotations

from yunfn.localcloud.tencent.api.exceptions import ApiError


class LogsetNotExist(ApiError):
    """There is no such logset in this region."""

    code = "ResourceNotFound.LogsetNotExist"

    def __init__(self, logset_id: str) -> None:
        super().__init__(f"The logset {logset_id} does not exist.")


class TopicNotExist(ApiError):
    """There is no such topic in this region."""

    code = "ResourceNotFound.TopicNotExist"

    def __init__(self, topic_id: str) -> None:
        super().__init__(f"The topic {topic_id} does not exist.")


class IndexNotExist(ApiError):
    """The topic has no index, or one that is switched off where logs are searched."""

    code = "ResourceNotFound.IndexNotExist"

    def __init__(self, topic_id: str) -> None:
        super().__init__(f"The topic {topic_id} has no index.")


class LogsetConflict(ApiError):
    """The region has a logset of that name or id."""

    code = "InvalidParameter.LogsetConflict"

    def __init__(self, name: str) -> None:
        super().__init__(f"The logset {name} already exists.")


class TopicConflict(ApiError):
    """The logset has a topic of that name, or the id is taken."""

    code = "InvalidParameter.TopicConflict"

    def __init__(self, name: str) -> None:
        super().__init__(f"The topic {name} already exists.")


class IndexConflict(ApiError):
    """The topic has an index."""

    code = "InvalidParameter.IndexConflict"

    def __init__(self, topic_id: str) -> None:
        super().__init__(f"The topic {topic_id} already has an index.")


class LogsetNotEmpty(ApiError):
    """A logset with topics cannot be deleted."""

    code = "FailedOperation.LogsetNotEmpty"

    def __init__(self, logset_id: str) -> None:
        super().__init__(f"The logset {logset_id} still has topics.")


class TooManyLogsets(ApiError):
    """The region has as many logsets as there may be."""

    code = "LimitExceeded.Logset"

    def __init__(self, limit: int) -> None:
        super().__init__(f"A region has at most {limit} logsets.")


class TooManyTopics(ApiError):
    """The logset has as many topics as there may be."""

    code = "LimitExceeded.Topic"

    def __init__(self, limit: int) -> None:
        super().__init__(f"A logset has at most {limit} topics.")


class TooManyIndexKeys(ApiError):
    """An index has more keys than there may be."""

    code = "LimitExceeded.IndexKeyOverLimit"

    def __init__(self, limit: int) -> None:
        super().__init__(f"An index has at most {limit} keys.")


class TooManyTags(ApiError):
    """More tags than a request takes."""

    code = "LimitExceeded.Tag"

    def __init__(self, limit: int) -> None:
        super().__init__(f"At most {limit} tags.")


class InvalidFilter(ApiError):
    """A filter the operation does not know, or too many of them."""

    code = "InvalidFilter"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)


class SyntaxFault(ApiError):
    """A query breaks the grammar, or asks for a field without index."""

    code = "FailedOperation.SyntaxError"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)


class InvalidContext(ApiError):
    """The place to go on from is none of ours, is of another search, or has expired."""

    code = "FailedOperation.InvalidContext"

    def __init__(self) -> None:
        super().__init__("The Context is invalid or has expired.")


class TooFarIntoLogs(ApiError):
    """More logs were asked for by Context than there may be."""

    code = "FailedOperation.GetlogReachLimit"

    def __init__(self, limit: int) -> None:
        super().__init__(f"At most {limit} logs can be read by Context.")


class InvalidContent(ApiError):
    """Logs that are sent cannot be read, or break a rule."""

    code = "InvalidParameter.Content"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
