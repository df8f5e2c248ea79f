"""Function Compute's refusals: code and status fixed per class.

Codes and most texts stand in the error tables of the Function Compute API 2023-03-30 and 2021-04-06
(help.aliyun.com, "errorcodes") or in terraform-provider-alicloud 1.285.0; a class says so where they do not.
"""

from __future__ import annotations

from yunfn.localcloud.cloud_error import CloudError


class FcError(CloudError):
    """Any refusal of Function Compute."""


class InvalidArgument(FcError):
    """An argument breaks a rule; the text says which."""

    code = "InvalidArgument"
    status = 400


class EntityTooLarge(FcError):
    """The request body is larger than its operation takes."""

    code = "EntityTooLarge"
    status = 400

    def __init__(self, limit: int) -> None:
        super().__init__(f"payload size exceeds maximum allowed size ({limit} bytes)")


class LimitExceeded(FcError):
    """There are as many functions, triggers or layer versions as there may be (status 400, code LimitExceededError)."""

    code = "LimitExceededError"
    status = 400


class ForeignAccount(FcError):
    """The host names another account than the key's (text as quoted in alibaba/funcraft issue 86)."""

    code = "AccessDenied"
    status = 403

    def __init__(self) -> None:
        super().__init__("The service or function doesn't belong to you.")


class FunctionNotFound(FcError):
    """There is no function of that name."""

    code = "FunctionNotFound"
    status = 404

    def __init__(self, function: str) -> None:
        super().__init__(f"function '{function}' does not exist")


class FunctionAlreadyExists(FcError):
    """The function's name is taken."""

    code = "FunctionAlreadyExists"
    status = 409

    def __init__(self, function: str) -> None:
        super().__init__(f"function '{function}' already exists")


class FunctionNotEmpty(FcError):
    """The function still has triggers and cannot be deleted."""

    code = "FunctionNotEmpty"
    status = 409

    def __init__(self, function: str) -> None:
        super().__init__(f"function '{function}' has active triggers")


class VersionNotFound(FcError):
    """The function has no such version."""

    code = "VersionNotFound"
    status = 404

    def __init__(self, function: str, version: str) -> None:
        super().__init__(f"version '{version}' of function '{function}' does not exist")


class VersionPublishError(FcError):
    """Nothing changed since the last publish (code and text as the deployment scripts of FC users match them)."""

    code = "VersionPublishError"
    status = 400

    def __init__(self, function: str) -> None:
        super().__init__(
            f"can not publish version for function '{function}', detail: 'No changes were made since last publish'"
        )


class VersionInUse(FcError):
    """An alias, trigger or provision config still names the version.

    Of our own making: Function Compute's user guide ("manage versions") only advises to remove them first and
    says that such a version is deleted nevertheless, leaving its alias broken. The local cloud refuses, so that a
    program which would break what serves is found out here.
    """

    code = "VersionInUse"
    status = 409

    def __init__(self, function: str, version: str, holder: str) -> None:
        super().__init__(f"version '{version}' of function '{function}' is in use by {holder}; remove that first")


class AliasNotFound(FcError):
    """The function has no such alias."""

    code = "AliasNotFound"
    status = 404

    def __init__(self, function: str, alias: str) -> None:
        super().__init__(f"alias '{alias}' of function '{function}' does not exist")


class AliasAlreadyExists(FcError):
    """The function has an alias of that name."""

    code = "AliasAlreadyExists"
    status = 409

    def __init__(self, function: str, alias: str) -> None:
        super().__init__(f"alias '{alias}' of function '{function}' already exists")


class AdditionalVersionContainsMajorVersion(FcError):
    """An alias's additional version is its main version."""

    code = "AdditionalVersionContainsMajorVersion"
    status = 400

    def __init__(self, weights: object, version: str) -> None:
        super().__init__(f"additionalVersionWeight {weights} should not contain major version {version}")


class TriggerNotFound(FcError):
    """The function has no such trigger."""

    code = "TriggerNotFound"
    status = 404

    def __init__(self, function: str, trigger: str) -> None:
        super().__init__(f"trigger '{trigger}' does not exist in function '{function}'")


class TriggerAlreadyExists(FcError):
    """The function has a trigger of that name."""

    code = "TriggerAlreadyExists"
    status = 409

    def __init__(self, function: str, trigger: str) -> None:
        super().__init__(f"trigger '{trigger}' already exists in function '{function}'")


class LayerNotFound(FcError):
    """There is no layer of that name."""

    code = "LayerNotFound"
    status = 404

    def __init__(self, layer: str) -> None:
        super().__init__(f"layer '{layer}' does not exist")


class LayerVersionNotFound(FcError):
    """The layer has no such version."""

    code = "LayerVersionNotFound"
    status = 404

    def __init__(self, layer: str, version: object) -> None:
        super().__init__(f"version '{version}' of layer '{layer}' does not exist")


class DomainNameNotFound(FcError):
    """There is no custom domain of that name."""

    code = "DomainNameNotFound"
    status = 404

    def __init__(self, domain: str) -> None:
        super().__init__(f"domain name '{domain}' does not exist")


class DomainNameAlreadyExists(FcError):
    """The custom domain is taken, by this account or another."""

    code = "DomainNameAlreadyExists"
    status = 409

    def __init__(self, domain: str) -> None:
        super().__init__(f"domain name '{domain}' already exists")


class ConcurrencyConfigNotFound(FcError):
    """The function has no reserved concurrency (the code the alicloud provider expects)."""

    code = "OnDemandConfigNotFound"
    status = 404

    def __init__(self, function: str) -> None:
        super().__init__(f"concurrency config for function '{function}' does not exist")


class AsyncConfigNotExists(FcError):
    """The qualifier has no settings for asynchronous calls."""

    code = "AsyncConfigNotExists"
    status = 404

    def __init__(self, function: str, qualifier: str) -> None:
        super().__init__(f"AsyncConfig for {function}:{qualifier} does not exist.")


class ProvisionConfigExist(FcError):
    """Provisioned instances are still asked for (code as Serverless Devs' fc3 component waits on; text ours)."""

    code = "ProvisionConfigExist"
    status = 409

    def __init__(self, function: str, qualifier: str) -> None:
        super().__init__(f"provision config of '{function}' with qualifier '{qualifier}' exists; delete it first")
