"""A function's secrets: encrypted by KMS one by one, and only so in the function's environment.

``yunfn/secrets.py``, which is shipped in the package, decrypts them there. Each ciphertext is bound to the name of its
variable (KMS's encryption context ``{"variable": name}``): one that is put under another name is not decrypted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import pulumi

from yunfn import secrets as module
from yunfn.access import Grant
from yunfn.exceptions import ValidationError
from yunfn.program.checking import checked, later
from yunfn.program.component import told_when_known
from yunfn.resources import kms

#: The module that decrypts them, as it stands in the package.
SECRETS_FILE = "yunfn_secrets.py"
# KMS adds at least an initialisation vector and a tag (AES-GCM, NIST SP 800-38D), and answers base64.
_LEAST_ADDED = 12 + 16

CheckKey = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Keys:
    """How a cloud names its keys, and what its ciphertexts begin with in an environment.

    ``cloud`` is ``alibaba`` or ``tencent``; ``pattern`` has the groups ``region`` and ``account`` (None in a bare id)
    and ``id``; ``rule`` says the same in words.
    """

    cloud: str
    pattern: re.Pattern[str]
    rule: str
    prefix: str

    def id(
        self, resource: str, key: pulumi.Input[str], region: pulumi.Input[str], account: str
    ) -> pulumi.Output[str]:  # fmt: skip
        """Answer the id of ``key``, an id or ARN, once it is known to be one of ``region`` and ``account``.

        Raises:
            ValidationError: at once for a plain text that names no key, else when the values come.
        """
        checked(key, lambda value: self._match(resource, value))

        @told_when_known
        def resolved(values: list[str]) -> str:
            match = self._match(resource, values[0])
            for what, wanted in (("region", values[1]), ("account", account)):
                if match[what] is not None and match[what] != wanted:
                    rule = f"the function is in {what} {wanted}: it takes a key of there"
                    raise ValidationError(resource, "secrets_key", values[0], rule)
            return match["id"]

        return pulumi.Output.all(key, region).apply(resolved)

    def _match(self, resource: str, value: str) -> re.Match[str]:
        match = self.pattern.fullmatch(value)
        if match is None:
            raise ValidationError(resource, "secrets_key", value, self.rule)
        return match


@dataclass(frozen=True, slots=True)
class KeyRight:
    """The right ``grant`` to decrypt by the key whose id is ``key``; ``shared`` if it is the service's key."""

    grant: Grant
    key: pulumi.Output[str]
    shared: bool


@dataclass(frozen=True, slots=True)
class Secrets:
    """The secrets of the function ``name``: values by variable, and ``key``, which they are encrypted by.

    ``limit`` is how many bytes an environment holds; ``fits`` is known once they were counted.
    """

    name: str
    values: Mapping[str, pulumi.Input[str]]
    key: pulumi.Input[str]
    keys: Keys
    limit: int
    fits: pulumi.Output[None]

    def encrypted(
        self,
        environment: Any,
        key: pulumi.Output[str],
        account: str,
        region: pulumi.Input[str],
        parent: pulumi.Resource,
    ) -> pulumi.Output[Mapping[str, str]]:
        """Encrypt each as a child of ``parent``; answer ``environment`` with the ciphertexts and the key's id.

        Raises:
            ValidationError: when the values come: the whole is too long, or a variable is in both.
        """
        added: dict[str, pulumi.Output[str]] = {module.KEY: key}
        for variable, value in self.values.items():
            made = kms.Ciphertext(
                f"{self.name}-secret-{variable}",
                cloud=self.keys.cloud,
                account=account,
                region=region,
                key_id=key,
                plaintext=value,
                encryption_context={"variable": variable},
                opts=pulumi.ResourceOptions(parent=parent),
            )
            added[variable] = made.ciphertext.apply(lambda text: self.keys.prefix + text)

        @told_when_known
        def whole(parts: list[Any]) -> Mapping[str, str]:
            variables, ciphertexts, _ = parts
            _apart(self.name, variables or {}, ciphertexts)
            _fit(self.name, _bytes(variables or {}), _bytes(ciphertexts), "", self.limit)
            return {**(variables or {}), **ciphertexts}

        return pulumi.Output.all(environment, added, self.fits).apply(whole)


def secrets_source() -> bytes:
    """Read the module that is shipped into packages: ``yunfn/secrets.py`` itself."""
    return files("yunfn").joinpath("secrets.py").read_bytes()


def checked_secrets(
    name: str,
    secrets: Mapping[str, pulumi.Input[str]] | None,
    key: pulumi.Input[str] | None,
    environment: Any,
    keys: Keys,
    check_key: CheckKey,
    limit: int,
) -> Secrets | None:
    """Check the secrets of a function beside its checked ``environment``; None where there are none.

    Raises:
        ValidationError: there is no key, or a variable or a value breaks a rule; no value is ever shown. At once where
            they are known, else when they come.
    """
    if not secrets:
        return None
    if not isinstance(secrets, Mapping):
        rule = "a dictionary: which variables there are must be known beforehand, their values may be outputs"
        raise ValidationError(name, "secrets", type(secrets).__name__, rule)
    if key is None:
        rule = "are encrypted by a key of KMS: give secrets_key, to the function or to its service"
        raise ValidationError(name, "secrets", ", ".join(secrets), rule)
    checked(key, lambda value: keys._match(name, value))
    for variable in secrets:
        _check_variable(name, variable, check_key)
    plain = {} if later(environment) else dict(environment or {})
    _apart(name, plain, {**secrets, module.KEY: ""})
    values = {variable: checked(value, _value_check(name, variable)) for variable, value in secrets.items()}
    there = _bytes({variable: value for variable, value in plain.items() if not later(value)})

    @told_when_known
    def count(known: Mapping[str, str]) -> None:
        sizes = (len(each) + len(keys.prefix) + _least(value) for each, value in known.items())
        _fit(name, there, sum(sizes), "at least ", limit)

    if not any(later(value) for value in values.values()):
        count(values)  # type: ignore[arg-type]
    # The sum is no secret; of its parts nothing is in it.
    fits: pulumi.Output[None] = pulumi.Output.unsecret(pulumi.Output.all(**values).apply(count))
    return Secrets(name, values, key, keys, limit, fits)


def _check_variable(name: str, variable: str, check_key: CheckKey) -> None:
    if variable in (module.KEY, module.ENDPOINT):
        raise ValidationError(name, "secrets", variable, "what decrypts the secrets reads it: it cannot be one of them")
    try:
        check_key(variable)
    except ValidationError as error:
        raise ValidationError(name, "secrets", variable, error.rule) from None


def _value_check(name: str, variable: str) -> Callable[[object], None]:
    def check(value: object) -> None:
        if not isinstance(value, str):
            raise ValidationError(name, "secrets", variable, f"values are text, this one is {type(value).__name__}")
        if not value:
            raise ValidationError(name, "secrets", variable, "the value is empty: KMS encrypts no empty text")

    return check


def _apart(name: str, environment: Mapping[str, Any], secrets: Mapping[str, Any]) -> None:
    both = sorted(environment.keys() & secrets.keys())
    if module.KEY in both:
        raise ValidationError(name, "environment", module.KEY, "the key is used by yunfn for secrets")
    if both:
        raise ValidationError(name, "secrets", ", ".join(both), "stands in environment too: give it once")


def _least(value: str) -> int:
    return -(-(len(value.encode()) + _LEAST_ADDED) // 3) * 4


def _bytes(values: Mapping[str, str]) -> int:
    return sum(len(key.encode()) + len(value.encode()) for key, value in values.items())


def _fit(name: str, plain: int, encrypted: int, about: str, limit: int) -> None:
    if plain + encrypted > limit:
        said = f"{about}{plain + encrypted} bytes"
        rule = f"environment ({plain} bytes) and secrets (encrypted {about}{encrypted}) hold at most {limit} in all"
        raise ValidationError(name, "secrets", said, rule)
