"""A function with its code, rights and published version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi

from yunfn import access, packaging, storage
from yunfn.access import Grant
from yunfn.exceptions import ValidationError
from yunfn.program import rules as shared
from yunfn.program.checking import checked, later, optional
from yunfn.program.component import Component, told_when_known
from yunfn.program.environment import WSGI_HANDLER, checked_environment, with_wsgi
from yunfn.program.fingerprint import version_fingerprint
from yunfn.program.secrets import KeyRight, checked_secrets
from yunfn.resources import require_plugin, scf
from yunfn.runtimes import SCF_LIMITS
from yunfn.tencent import rules
from yunfn.tencent.account import guard
from yunfn.tencent.artifact import artifact_store, code_location
from yunfn.tencent.code import check_program, code_package, entry_point
from yunfn.tencent.instance import Container, CustomRuntime
from yunfn.tencent.invocation import AsyncInvocation, ProvisionedInstances, TrackedInstances
from yunfn.tencent.kms_key import KEYS
from yunfn.tencent.layer import Layer
from yunfn.tencent.naming import cam_name, scf_name
from yunfn.tencent.role import attach, make_role
from yunfn.tencent.service import Service

if TYPE_CHECKING:
    from yunfn.tencent.alias import Alias

#: What the platform gives a function that says nothing (SCFD "CreateFunction"): MB.
DEFAULT_MEMORY = 128


class Function(Component):
    """A function of Serverless Cloud Function, published as a version at each change of code or configuration.

    Older versions are kept, as many as its aliases say. Outputs: ``function_name``, ``function_arn``, ``version`` (the
    newest published one), ``role_name``, ``code_digest`` and ``code_md5`` (None for a container image).
    """

    function_name: pulumi.Output[str]
    function_arn: pulumi.Output[str]
    version: pulumi.Output[str]
    role_name: pulumi.Output[str]
    code_digest: str | None
    code_md5: str | None

    def __init__(
        self,
        name: str,
        *,
        service: Service,
        runtime: str,
        handler: pulumi.Input[str] | None = None,
        code: str | Path | None = None,
        wsgi: bool = False,
        web: bool = False,
        function_name: pulumi.Input[str] | None = None,
        description: pulumi.Input[str] | None = None,
        memory: pulumi.Input[int] | None = None,
        timeout: pulumi.Input[int] = 60,
        init_timeout: pulumi.Input[int] | None = None,
        instance_concurrency: pulumi.Input[int] | None = None,
        environment: Mapping[str, pulumi.Input[str]] | pulumi.Output[Mapping[str, str]] | None = None,
        secrets: Mapping[str, pulumi.Input[str]] | None = None,
        secrets_key: pulumi.Input[str] | None = None,
        layers: Sequence[Layer | pulumi.Input[str]] = (),
        grants: Sequence[Grant] = (),
        own_role: bool = False,
        custom_runtime: CustomRuntime | None = None,
        container: Container | None = None,
        dns_cache: pulumi.Input[bool] | None = None,
        websocket_idle_timeout: pulumi.Input[int] | None = None,
        internet_access: pulumi.Input[bool] | None = None,
        fixed_ip: pulumi.Input[bool] | None = None,
        fixed_private_ip: pulumi.Input[bool] | None = None,
        reserved_concurrency: pulumi.Input[int] | None = None,
        provisioned_instances: ProvisionedInstances | TrackedInstances | None = None,
        async_invocation: AsyncInvocation | None = None,
        tags: Mapping[str, pulumi.Input[str]] | None = None,
        include: Sequence[str | packaging.Include | Mapping[str, str]] = (),
        exclude: Sequence[str] = (),
        bucket: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the function.

        Args:
            name: Pulumi's name of the component.
            service: Whose namespace, role, logs, network and tags the function shares.
            runtime: A name of ``yunfn.runtimes.TENCENT`` or ``CustomImage``; it decides how the other arguments are
                checked, so it is no output.
            handler: ``file.function``, folders by '/'; its file must be in the code. Not for containers, and for web
                functions only with ``wsgi``.
            code: A folder or ``.zip``; packed at once, so it is no output. Not for containers.
            wsgi: Whether the handler is a WSGI callable, ``handler(environ, start_response)``, to serve the events of
                a function URL or, with ``web``, its requests; ``yunfn.wsgi`` is put into the package for it.
            web: Whether it is a web function: a server on port 9000 that gets requests as they are. It is that of
                ``wsgi``, of ``custom_runtime``, of the code's own ``scf_bootstrap``, or the container's.
            function_name: 2–60 letters, digits, '_' and '-', starting with a letter; by default ``<stack>-<name>``.
                Another name is another function: it is made first, the old one removed last.
            description: Text shown in the console, at most 1000 characters.
            memory: MB, 64, or 128–3072 in steps of 128; by default 128.
            timeout: Seconds of one call, 1–900; of a task (``async_invocation`` with ``stateful``) 1–86400.
            init_timeout: Seconds that an instance may take to begin, 3–300; by default the platform's: 65, and 90 for
                containers.
            instance_concurrency: Calls that one instance of a web function serves at a time, 1–100; by default one.
            environment: Variables, 4 KB in all; secret outputs stay secret.
            secrets: Variables that the environment holds encrypted, within the same 4 KB; the function's code gets them
                by ``from yunfn_secrets import secret``. The right to decrypt comes by itself.
            secrets_key: Id or ARN of the KMS key that encrypts them, by default the service's.
            layers: At most five layers, or layer versions as ``<layer name>:<version>``; the last wins.
            grants: Rights the function uses, such as ``cos.read(bucket)``.
            own_role: Whether the function gets a role of its own instead of sharing the service's.
            custom_runtime: The program of a web function.
            container: The image of ``CustomImage``.
            dns_cache: Whether instances remember the addresses of names. Not for web functions.
            websocket_idle_timeout: Makes a web function serve WebSocket; seconds after which a silent one is closed.
            internet_access: Whether the function may reach the internet, by default as the service says.
            fixed_ip: Whether it does so by an address that stays the same, by default as the service says.
            fixed_private_ip: Whether its address in the VPC stays the same.
            reserved_concurrency: Memory in MB that the function's instances may take together and that is kept free
                for them, in steps of its ``memory``; 0 stops it.
            provisioned_instances: Instances kept ready for the newest published version.
            async_invocation: What happens to asynchronous calls.
            tags: Tags beside those of the service.
            include: Patterns of .gitignore: only matching files of ``code`` are packed; and files from elsewhere, as
                ``{"source": …, "prefix": …}``. A .fcignore, .funignore or .yunfnignore in the folder counts too.
            exclude: Patterns of .gitignore: matching files are left out.
            bucket: COS bucket for the code, by default the artifact bucket of account and region.
            opts: Options of the component.

        Raises:
            ValidationError: an argument the cloud would refuse.
            PackagingError: the code cannot be packed.
            AccountMismatchError: the stack belongs to another account.
        """
        limits = SCF_LIMITS
        kind = rules.runtime(name, runtime)
        check_program(name, kind, web, wsgi, custom_runtime, container)
        package = code_package(name, kind, code, wsgi, web, secrets is not None, custom_runtime, include, exclude)
        entry = entry_point(name, kind, web and not wsgi, handler, package)
        called = checked(function_name or scf_name(name), lambda v: rules.function_name(name, v))
        named = [_named(name, each) for each in layers]
        count = sum(len(each) for each in named)
        shared.layer_count(name, count, limits.layers_per_function)
        for layer in layers:
            if isinstance(layer, Layer):
                shared.layer_runtime(name, layer._name, layer.compatible_runtimes, runtime)
        variables: Any = environment
        if wsgi:
            variables = with_wsgi(name, environment, entry)
        variables = checked_environment(
            variables,
            lambda key: rules.environment_key(name, key),
            lambda values: shared.environment_size(name, values, limits.environment_bytes),
        )
        hidden = checked_secrets(
            name,
            secrets,
            service.secrets_key if secrets_key is None else secrets_key,
            variables,
            KEYS,
            lambda key: rules.environment_key(name, key),
            limits.environment_bytes,
        )
        tasks = async_invocation is not None and async_invocation.stateful
        seconds = limits.timeout_async_s if tasks else limits.timeout_s
        settings: dict[str, Any] = {
            **service.settings(),
            "memory_size": checked(DEFAULT_MEMORY if memory is None else memory, lambda v: rules.memory(name, v)),
            "timeout": checked(timeout, lambda v: shared.within(name, "timeout", v, seconds, "seconds")),
            "init_timeout": optional(
                init_timeout, lambda v: shared.within(name, "init_timeout", v, limits.init_timeout_s, "seconds")
            ),
            "instance_concurrency_config": _concurrency(name, web, instance_concurrency),
            **_web_settings(name, web, websocket_idle_timeout, dns_cache),
            "intranet_config": {"ipFixed": fixed_private_ip} if fixed_private_ip is not None else None,
            "public_net_config": {
                "enabled": service.internet_access if internet_access is None else internet_access,
                "eip": service.fixed_ip if fixed_ip is None else fixed_ip,
            },
        }
        asynchronous = async_invocation.settings(name) if async_invocation else {}
        reserved = optional(
            reserved_concurrency, lambda v: shared.within(name, "reserved_concurrency", v, (0, 2**31 - 1), "MB")
        )
        ready: Any = provisioned_instances.settings(name) if provisioned_instances is not None else None
        text = optional(description, lambda v: rules.description(name, v))
        account = guard(opts)
        if account.account_id != service.account.account_id:
            raise ValidationError(name, "service", service.service_name, "belongs to another account's provider")
        super().__init__("yunfn:tencent:Function", name, None, opts)
        self.name = name
        self.service = service
        self.aliases: list[Alias] = []
        #: Triggers that give the function's aliases a URL; domains lead to these.
        self.urls: list[pulumi.Resource] = []
        self.code_digest = package.digest if package else None
        self.code_md5 = package.md5 if package else None
        decrypting: KeyRight | None = None
        if hidden is not None:
            key = KEYS.id(name, hidden.key, account.region, account.account_id)
            decrypt = access.tencent_kms.decrypt(key, region=account.region, account=account.account_id)
            decrypting = KeyRight(decrypt, key, shared=secrets_key is None)
            variables = hidden.encrypted(variables, key, account.app_id, account.region, self)
        rights = self._grant(service, grants, own_role, decrypting)
        settings |= {
            "runtime": runtime,
            "type": "HTTP" if web else "Event",
            "handler": WSGI_HANDLER if wsgi else entry,
            "role": self.role_name,
            "layers": _layers(named),
            "dead_letter_config": asynchronous.pop("dead_letter_config", None),
        }
        place: dict[str, Any] = {"account": account.app_id, "region": account.region, "namespace": service.namespace}
        source: Any = {"imageConfig": container.settings()} if container is not None else {}
        bytes_there: pulumi.Output[str] | None = None
        if package is not None:
            store = artifact_store(account, bucket)
            stored = store.upload(f"{name}-code", package, storage.code_key(name, package.digest), self)
            source, bytes_there = scf.Code(**code_location(stored, account)), stored.sha256
        function = scf.Function(
            f"{name}-function",
            **place,
            function_name=pulumi.Output.all(service.namespace, called).apply(lambda both: _fitting(name, *both)),
            description=text,
            environment=variables,
            code=source,
            code_sha256=bytes_there,
            tags={**service.tags, **(tags or {})} or None,
            reserved_concurrency=reserved,
            **{key: value for key, value in {**settings, **asynchronous}.items() if value is not None},
            opts=pulumi.ResourceOptions(parent=self, depends_on=rights),
        )
        frozen = {**settings, "code": self.code_digest or source}
        require_plugin()
        version = scf.FunctionVersion(
            f"{name}-version",
            **place,
            function_name=function.function_name,
            fingerprint=version_fingerprint(
                frozen, pulumi.Output.from_input(variables), f"{pulumi.get_project()}/{name}"
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[function], retain_on_delete=True),
        )
        if ready is not None:
            # Not on the version, which is kept when the next one is published: its instances must go.
            scf.ProvisionedInstances(
                f"{name}-provision",
                **place,
                function_name=function.function_name,
                version_id=version.version_id,
                provisioned_concurrency=ready,
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.function_name = function.function_name
        self.function_arn = function.arn
        self.version = version.version_id
        self.register_outputs(
            {
                "functionName": self.function_name,
                "functionArn": self.function_arn,
                "version": self.version,
                "roleName": self.role_name,
                "codeDigest": self.code_digest,
                "codeMd5": self.code_md5,
            }
        )

    def _grant(
        self, service: Service, grants: Sequence[Grant], own_role: bool, decrypting: KeyRight | None
    ) -> list[pulumi.Resource]:
        """Settle the function's role; answer what must be there before the function may run by it.

        The right to decrypt has a policy of its own for each key: the version that runs keeps that of its secrets until
        the new one, with another key or none, has taken its place.
        """
        function = f"{self.name}-function"
        if not own_role:
            self.role_name = service.role_name
            extra = [service.attach(function, grants, self)] if grants else []
            if decrypting is not None:
                extra.append(service.attach_key(f"{function}-secrets", decrypting, self))
            return [*service.rights, *extra]
        role = make_role(f"{self.name}-role", cam_name(function), f"Function {self.name}", self, service.account)
        self.role_name = role.role_name
        wanted = [*service.grants, *grants]
        own = [attach(function, role.role_name, wanted, self, service.account)] if wanted else []
        if decrypting is not None:
            of_key = [decrypting.grant]
            own.append(attach(f"{function}-secrets", role.role_name, of_key, self, service.account, decrypting.key))
        return own


def _named(name: str, layer: Layer | pulumi.Input[str]) -> list[pulumi.Input[str]]:
    if isinstance(layer, Layer):
        return list(layer.arns)
    checked(layer, lambda value: rules.layer_version(name, value))
    return [layer]


def _layers(named: Sequence[Sequence[pulumi.Input[str]]]) -> list[Any] | None:
    """The layers as name and number."""

    def parted(text: str) -> dict[str, Any]:
        layer, _, version = text.rpartition(":")
        return {"layerName": layer, "layerVersion": int(version)}

    found: list[Any] = []
    for each in (text for texts in named for text in texts):
        found.append(pulumi.Output.from_input(each).apply(parted) if later(each) else parted(str(each)))
    return found or None


def _concurrency(name: str, web: bool, calls: pulumi.Input[int] | None) -> dict[str, Any] | None:
    if calls is None:
        return None
    if not web:
        raise ValidationError(name, "instance_concurrency", calls, "is for web functions")
    limits = SCF_LIMITS.instance_concurrency
    most = checked(calls, lambda v: shared.within(name, "instance_concurrency", v, limits, "calls"))
    # One call at a time is what SCF does without the setting, and takes for no number in it (SDK: from 2 on).
    return None if most == 1 else {"dynamicEnabled": False, "maxConcurrency": most}


def _web_settings(
    name: str, web: bool, websocket: pulumi.Input[int] | None, dns_cache: pulumi.Input[bool] | None
) -> dict[str, Any]:
    if websocket is not None and not web:
        raise ValidationError(name, "websocket_idle_timeout", websocket, "is for web functions")
    if dns_cache is not None and web:
        raise ValidationError(name, "dns_cache", dns_cache, "is not for web functions")
    found: dict[str, Any] = {"dns_cache": dns_cache}
    if websocket is not None:
        found["protocol_type"] = "WS"
        found["protocol_params"] = {"wsIdleTimeout": websocket}
    return found


@told_when_known
def _fitting(name: str, namespace: str, function: str) -> str:
    rules.names_together(name, namespace, function)
    return function
