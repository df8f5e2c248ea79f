"""Every error yunfn raises on purpose, drawn once.

::

    YunfnError                      anything yunfn refuses or fails at
    ├── ValidationError             an argument breaks a rule of the cloud: property, value, rule
    ├── AccountMismatchError        the stack was made in another account than the one in use
    ├── PackagingError              a folder or zip cannot become a package
    ├── ArtifactError               an artifact is missing, differs from its digest, or cannot be stored
    ├── MissingToolError            a program this step needs is not on the machine
    ├── CloudAnswerError            a cloud's API refused: API, code, request id
    └── LocalCloudError             the local cloud cannot do what was asked
        ├── LocalCloudNotRunningError   no local cloud is started
        ├── LocalCloudStartError        it could not start
        └── FunctionRunnerError         a function cannot be run on this machine
            └── PythonNotFoundError     the runtime's true Python version is not here
"""

from __future__ import annotations


class YunfnError(Exception):
    """The root of every error yunfn raises on purpose; its text is meant for the user."""


class ValidationError(YunfnError):
    """An argument breaks a rule of the cloud; nothing was deployed.

    ``property`` is the argument's name as the user wrote it, ``rule`` the rule in the cloud's words.
    """

    def __init__(self, resource: str, property: str, value: object, rule: str) -> None:
        self.resource = resource
        self.property = property
        self.value = value
        self.rule = rule
        super().__init__(f"{resource}: {property}={value!r}: {rule}")


class AccountMismatchError(YunfnError):
    """The stack's resources live in another account than the one the credentials in use belong to."""


class PackagingError(YunfnError):
    """A folder or zip cannot become a code package or layer."""


class ArtifactError(YunfnError):
    """An artifact is missing, differs from its digest, or cannot be stored or removed."""


class MissingToolError(YunfnError):
    """A program that this step needs is not on the machine; the text says how to get it."""


class CloudAnswerError(YunfnError):
    """A cloud's API refused a call; the text names API, code and request id."""


class LocalCloudError(YunfnError):
    """The local cloud cannot do what was asked."""


class LocalCloudNotRunningError(LocalCloudError):
    """No local cloud is started where one is needed."""


class LocalCloudStartError(LocalCloudError):
    """The local cloud could not start."""


class FunctionRunnerError(LocalCloudError):
    """A function cannot be run on this machine."""


class PythonNotFoundError(FunctionRunnerError):
    """The runtime's true Python version is not on this machine and cannot be fetched."""
