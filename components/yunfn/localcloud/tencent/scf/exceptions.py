"""SCF's refusals: codes of the API reference ("Error codes" of each operation, scf 2018-04-16), one class each."""

from __future__ import annotations

from yunfn.localcloud.tencent.api.exceptions import ApiError


class InvalidValue(ApiError):
    """A value that SCF does not take: ``InvalidParameterValue.<field>``."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(f"{field} {rule}", code=f"InvalidParameterValue.{field}")


class LimitExceeded(ApiError):
    """More of something than the account may have: ``LimitExceeded.<kind>``."""

    def __init__(self, kind: str, rule: str) -> None:
        super().__init__(f"{kind} {rule}", code=f"LimitExceeded.{kind}")


class MissingPart(ApiError):
    """Something that this request cannot do without: ``MissingParameter.<field>``."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(f"{field} {rule}", code=f"MissingParameter.{field}")


class InvalidRoutingConfig(ApiError):
    """An alias's routing is none that SCF takes."""

    code = "InvalidParameter.RoutingConfig"

    def __init__(self, rule: str) -> None:
        super().__init__(f"RoutingConfig {rule}")


class NamespaceNotFound(ApiError):
    """No namespace has this name."""

    code = "ResourceNotFound.Namespace"

    def __init__(self, namespace: str) -> None:
        super().__init__(f"the namespace {namespace} does not exist")


class FunctionNotFound(ApiError):
    """No function of the namespace has this name."""

    code = "ResourceNotFound.Function"

    def __init__(self, namespace: str, function: str) -> None:
        super().__init__(f"the function {function} does not exist in the namespace {namespace}")


class VersionNotFound(ApiError):
    """GetFunction was asked for a version that the function does not have."""

    code = "ResourceNotFound.Version"

    def __init__(self, function: str, version: str) -> None:
        super().__init__(f"the version {version} of the function {function} does not exist")


class FunctionVersionNotFound(ApiError):
    """An alias, a link or a concurrency setting names a version that the function does not have."""

    code = "ResourceNotFound.FunctionVersion"

    def __init__(self, function: str, version: str) -> None:
        super().__init__(f"the version {version} of the function {function} does not exist")


class QualifierNotFound(ApiError):
    """A call, a trigger or a deletion names neither a version nor an alias of the function."""

    code = "ResourceNotFound.Qualifier"

    def __init__(self, function: str, qualifier: str) -> None:
        super().__init__(f"the qualifier {qualifier} of the function {function} does not exist")


class AliasNotFound(ApiError):
    """The function has no alias of this name."""

    code = "ResourceNotFound.Alias"

    def __init__(self, function: str, alias: str) -> None:
        super().__init__(f"the alias {alias} of the function {function} does not exist")


class LayerNotFound(ApiError):
    """No layer has this name."""

    code = "ResourceNotFound.Layer"

    def __init__(self, layer: str) -> None:
        super().__init__(f"the layer {layer} does not exist")


class LayerVersionNotFound(ApiError):
    """The layer does not have this version."""

    code = "ResourceNotFound.LayerVersion"

    def __init__(self, layer: str, version: object) -> None:
        super().__init__(f"the version {version} of the layer {layer} does not exist")


class TriggerNotFound(ApiError):
    """The function's qualifier has no such trigger."""

    code = "ResourceNotFound.Trigger"

    def __init__(self, function: str, qualifier: str, trigger: str) -> None:
        super().__init__(f"the trigger {trigger} of the function {function}:{qualifier} does not exist")


class DomainNotFound(ApiError):
    """No custom domain has this name."""

    code = "FailedOperation.Domain.UnExist"

    def __init__(self, domain: str) -> None:
        super().__init__(f"the custom domain {domain} does not exist")


class NamespaceInUse(ApiError):
    """A namespace of this name exists already, or has functions still and cannot be deleted."""

    code = "ResourceInUse.Namespace"


class FunctionExists(ApiError):
    """A function of this name exists already."""

    code = "ResourceInUse.Function"

    def __init__(self, namespace: str, function: str) -> None:
        super().__init__(f"the function {function} exists already in the namespace {namespace}")


class AliasExists(ApiError):
    """The function has an alias of this name already."""

    code = "ResourceInUse.Alias"

    def __init__(self, function: str, alias: str) -> None:
        super().__init__(f"the function {function} has an alias {alias} already")


class TriggerExists(ApiError):
    """The function's qualifier has such a trigger already."""

    code = "ResourceInUse.Trigger"

    def __init__(self, function: str, qualifier: str, trigger: str) -> None:
        super().__init__(f"the function {function}:{qualifier} has a trigger {trigger} already")


class DomainExists(ApiError):
    """A custom domain of this name exists already."""

    code = "ResourceInUse"

    def __init__(self, domain: str) -> None:
        super().__init__(f"the custom domain {domain} exists already")


class FunctionStatusError(ApiError):
    """The function is not in a state in which this can be done."""

    code = "FailedOperation.FunctionStatusError"

    def __init__(self, function: str, status: str) -> None:
        super().__init__(f"the function {function} is {status}; try again once it is Active")


class FunctionVersionStatusNotActive(ApiError):
    """The function's version is not in a state in which this can be done."""

    code = "FailedOperation.FunctionVersionStatusNotActive"

    def __init__(self, function: str, version: str, status: str) -> None:
        super().__init__(f"the version {version} of the function {function} is {status}, not Active")


class AliasBind(ApiError):
    """A version cannot go while an alias points at it."""

    code = "UnsupportedOperation.AliasBind"

    def __init__(self, function: str, version: str, alias: str) -> None:
        super().__init__(f"the alias {alias} points at the version {version} of the function {function}")


class UrlUsed(ApiError):
    """A function URL cannot go while a custom domain leads to it."""

    code = "FailedOperation.DeleteTrigger.UrlUsed"

    def __init__(self, trigger: str, domain: str) -> None:
        super().__init__(f"the custom domain {domain} uses the URL of the trigger {trigger}")


class UnsupportedTrigger(ApiError):
    """Something that this type of trigger cannot do."""

    code = "UnsupportedOperation.Trigger"


class RequestSizeLimitExceeded(ApiError):
    """The body is larger than API 3.0 takes ("Common error codes")."""

    code = "RequestSizeLimitExceeded"

    def __init__(self, limit: int) -> None:
        super().__init__(f"the request is larger than {limit} bytes: code of that size goes through COS")


class DeleteAliasFailed(ApiError):
    """An alias cannot go."""

    code = "FailedOperation.DeleteAlias"


class BucketNotFound(ApiError):
    """A trigger's bucket is not there, or in another region."""

    code = "ResourceNotFound.Cos"

    def __init__(self, bucket: str, region: str) -> None:
        super().__init__(f"there is no bucket {bucket} in {region}")


class SslFailed(ApiError):
    """A certificate is not there."""

    code = "FailedOperation.Ssl"

    def __init__(self, certificate: str) -> None:
        super().__init__(f"there is no server certificate {certificate}")


class ProvisionedInProgress(ApiError):
    """The version's instances are being made ready."""

    code = "FailedOperation.ProvisionedInProgress"

    def __init__(self, function: str, version: str) -> None:
        super().__init__(f"provisioned concurrency of {function}:{version} is being changed; try again once it is Done")


class ProvisionedExceedReserved(ApiError):
    """More is to be provisioned than is reserved."""

    code = "FailedOperation.ProvisionedExceedReserved"

    def __init__(self, function: str, wanted: int, reserved: int) -> None:
        super().__init__(f"{wanted} MB to provision of {function} are more than the {reserved} MB reserved")
