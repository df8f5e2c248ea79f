"""Every error yunfn raises on purpose, drawn once.

::

    YunfnError                      anything yunfn refuses or fails at
    ├── ValidationError             an argument breaks a rule of the cloud: property, value, rule
    ├── AccountMismatchError        the stack was made in another account than the one in use
    ├── PackagingError              a folder or zip cannot become a package
    │   ├── RefusedEntryError       what stands in a folder or zip may not be packed: path, rule
    │   ├── DefinitionError         a layer.yaml, Funfile, requirements or lock file is wrong: file, line, rule
    │   │   └── StaleLockError      layer.lock was made from other requirements
    │   ├── ResolutionError         no set of packages fits the target; the index's or uv's own words
    │   ├── BuildError              a source distribution or hook could not be built or run
    │   ├── IsolationError          this machine cannot isolate what must run isolated
    │   └── FindingsError           the package would fail in the cloud: the findings
    ├── ArtifactError               an artifact is missing, differs from its digest, or cannot be stored
    │   └── ObjectExistsError       the key is taken by an object that somebody else put there
    ├── MissingToolError            a program this step needs is not on the machine
    ├── StackError                  a Pulumi stack cannot be read, or has not what was asked for
    ├── CloudAnswerError            a cloud's API refused: API, code, request id
    ├── AccessError                 rights are not as they must be
    │   ├── PolicyDocumentError     a RAM or CAM document is malformed: file, line, place, rule
    │   ├── PolicyFindingsError     a document would give away more than it may: the findings
    │   ├── MissingRightsError      credentials lack rights that are wanted: which
    │   ├── ExpiredCredentialsError temporary credentials have ended: whose, and why there are no new ones
    │   └── EndingCredentialsError  temporary credentials would end before what they are to do: when, and what they lack
    ├── RolloutError                a rollout cannot go on, or did not put its candidate live
    │   ├── RolloutFailedError      the candidate was rejected, and stable serves: the measurement that decided
    │   ├── RejectedCandidateError  the candidate was rejected before: the earlier verdict
    │   ├── AbortedRolloutError     somebody stopped it, and stable serves
    │   ├── ContestedAliasError     somebody moved the alias by other means: who, as far as it can be told
    │   └── LeaseHeldError          another controller drives it: who, until when
    ├── OperationStoppedError       a running operation was cancelled, or ran out of time
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


class RegionMismatchError(YunfnError):
    """The stack's resources live in another region than the one in use."""


class PackagingError(YunfnError):
    """A folder or zip cannot become a code package or layer."""


class RefusedEntryError(PackagingError):
    """What stands in a folder or zip may not be packed; nothing of it was written anywhere.

    ``label`` names the folder or zip, ``path`` the entry as it calls itself ("" for the whole), ``rule`` is the name
    findings give the reason, such as ``archive-parent-path``, ``reason`` says it in words; ``shown`` is the entry in
    the error's text where its bare path would not tell what is wrong.
    """

    def __init__(self, label: str, path: str, rule: str, reason: str, shown: str = "") -> None:
        self.label = label
        self.path = path
        self.rule = rule
        self.reason = f"{shown}: {reason}" if shown else reason
        super().__init__(f"{label}: {shown or repr(path)}: {reason}" if path else f"{label}: {reason}")


class DefinitionError(PackagingError):
    """A layer.yaml, Funfile, requirements or lock file is wrong; ``file`` and ``line`` (from 1, None unknown)."""

    def __init__(self, file: object, line: int | None, message: str) -> None:
        self.file = str(file)
        self.line = line
        super().__init__(f"{file}:{line}: {message}" if line else f"{file}: {message}")


class StaleLockError(DefinitionError):
    """The lock was made from other requirements than the definition has now."""


class ResolutionError(PackagingError):
    """No set of packages fits the target; the text holds the index's or uv's own words."""


class BuildError(PackagingError):
    """A source distribution could not be built, or a hook failed."""


class IsolationError(PackagingError):
    """This machine cannot isolate build scripts or hooks, and running them without was not allowed."""


class FindingsError(PackagingError):
    """The package would fail in the cloud; the text lists the findings."""


class ArtifactError(YunfnError):
    """An artifact is missing, differs from its digest, or cannot be stored or removed."""


class ObjectExistsError(ArtifactError):
    """A create-only write found its key taken."""


class MissingToolError(YunfnError):
    """A program that this step needs is not on the machine; the text says how to get it."""


class StackError(YunfnError):
    """A Pulumi stack cannot be read, or has not what was asked for."""


class CloudAnswerError(YunfnError):
    """A cloud's API refused a call; the text names API, code and request id.

    ``code`` is the API's word for the refusal and ``status`` that of HTTP; empty and 0 where nothing was answered or
    nobody asked for them.
    """

    def __init__(self, message: str, *, code: str = "", status: int = 0) -> None:
        self.code = code
        self.status = status
        super().__init__(message)


class AccessError(YunfnError):
    """Rights are not as they must be; nothing was deployed and no credentials were made."""


class PolicyDocumentError(AccessError):
    """A RAM or CAM policy document is malformed.

    ``source`` is the file or the name of whoever brought the document, ``line`` counts from 1 (None: unknown),
    ``path`` is the place in the document's own words, such as ``Statement[0].Action[1]`` ("" for the whole), and
    ``reason`` the rule it breaks.
    """

    def __init__(self, source: str, line: int | None, path: str, reason: str) -> None:
        self.source = source
        self.line = line
        self.path = path
        self.reason = reason
        place = f"{source}:{line}" if line else source
        super().__init__(f"{place}: {path}: {reason}" if path else f"{place}: {reason}")


class PolicyFindingsError(AccessError):
    """A document that somebody wrote by hand has findings that nobody accepted; the text lists them."""


class MissingRightsError(AccessError):
    """Credentials lack rights that are wanted of them; ``missing`` are those, as ``action on resource``."""

    def __init__(self, who: str, missing: tuple[str, ...]) -> None:
        self.who = who
        self.missing = missing
        super().__init__(f"{who}: missing rights: " + "; ".join(missing))


class ExpiredCredentialsError(AccessError):
    """Temporary credentials have ended; ``who`` shows whose they were, ``why`` tells why there are no new ones."""

    def __init__(self, who: str, why: str) -> None:
        self.who = who
        self.why = why
        super().__init__(f"{who}: they have ended, and there are no new ones: {why}")


class EndingCredentialsError(AccessError):
    """Temporary credentials would end before the rollout that was to begin could be taken back; nothing was shifted."""


class RolloutError(YunfnError):
    """A rollout cannot go on, or did not put its candidate live; the text says what serves now."""


class RolloutFailedError(RolloutError):
    """The candidate was rejected and stable serves again; the text holds the measurement or hook that decided."""


class RejectedCandidateError(RolloutError):
    """The candidate was rejected by an earlier rollout; nothing was changed. The text holds that verdict."""


class AbortedRolloutError(RolloutError):
    """A person stopped the rollout, or nobody decided in time; stable serves again."""


class ContestedAliasError(RolloutError):
    """The alias was moved by other means while it was rolled out; it is left as it is found."""


class LeaseHeldError(RolloutError):
    """Another controller drives the rollout; the text says which, and until when its lease lasts."""


class OperationStoppedError(YunfnError):
    """An operation of the plugin was cancelled, or did not end in the time it was given."""


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
