"""A function with its code, rights and published version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_alicloud as alicloud

from yunfn import access, packaging, storage
from yunfn.access import Grant
from yunfn.alibaba import rules
from yunfn.alibaba.account import guard
from yunfn.alibaba.artifact import artifact_store
from yunfn.alibaba.code import check_program, code_package, entry_point
from yunfn.alibaba.instance import Container, CustomRuntime, Dns, Gpu, Initializer, PreStop, lifecycle
from yunfn.alibaba.invocation import AsyncInvocation, ProvisionedInstances
from yunfn.alibaba.kms_key import KEYS
from yunfn.alibaba.layer import Layer
from yunfn.alibaba.naming import ram_name
from yunfn.alibaba.retained import retained_health_check, retained_vpc
from yunfn.alibaba.role import attach, make_role
from yunfn.alibaba.service import Service
from yunfn.alibaba.size import sizes
from yunfn.exceptions import ValidationError
from yunfn.program import rules as shared
from yunfn.program.checking import checked, optional
from yunfn.program.component import Component
from yunfn.program.environment import WSGI_HANDLER, checked_environment, with_wsgi
from yunfn.program.fingerprint import version_fingerprint
from yunfn.program.naming import default_name
from yunfn.program.secrets import KeyRight, checked_secrets
from yunfn.resources import FunctionVersion, require_plugin
from yunfn.runtimes import FC_LIMITS

if TYPE_CHECKING:
    from yunfn.alibaba.alias import Alias


class Function(Component):
    """A function of Function Compute 3.0, published as a version at each change of code or configuration.

    Older versions are kept, as many as its aliases say. Outputs: ``function_name``, ``function_arn``, ``version`` (the
    newest published one), ``role_arn``, ``code_digest`` and ``code_md5`` (None for a container image).
    """

    function_name: pulumi.Output[str]
    function_arn: pulumi.Output[str]
    version: pulumi.Output[str]
    role_arn: pulumi.Output[str]
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
        function_name: pulumi.Input[str] | None = None,
        description: pulumi.Input[str] | None = None,
        memory: pulumi.Input[int] | None = None,
        cpu: pulumi.Input[float] | None = None,
        disk: pulumi.Input[int] | None = None,
        timeout: pulumi.Input[int] = 60,
        instance_concurrency: pulumi.Input[int] | None = None,
        environment: Mapping[str, pulumi.Input[str]] | pulumi.Output[Mapping[str, str]] | None = None,
        secrets: Mapping[str, pulumi.Input[str]] | None = None,
        secrets_key: pulumi.Input[str] | None = None,
        layers: Sequence[Layer | pulumi.Input[str]] = (),
        grants: Sequence[Grant] = (),
        own_role: bool = False,
        initializer: Initializer | None = None,
        pre_stop: PreStop | None = None,
        custom_runtime: CustomRuntime | None = None,
        container: Container | None = None,
        gpu: Gpu | None = None,
        dns: Dns | None = None,
        session_affinity: pulumi.Input[str] | None = None,
        session_affinity_settings: pulumi.Input[str] | None = None,
        instance_isolation_mode: pulumi.Input[str] | None = None,
        idle_timeout: pulumi.Input[int] | None = None,
        internet_access: pulumi.Input[bool] | None = None,
        reserved_concurrency: pulumi.Input[int] | None = None,
        provisioned_instances: ProvisionedInstances | None = None,
        async_invocation: AsyncInvocation | None = None,
        disabled: pulumi.Input[bool] | None = None,
        resource_group_id: pulumi.Input[str] | None = None,
        tags: Mapping[str, pulumi.Input[str]] | None = None,
        include: Sequence[str | packaging.Include | Mapping[str, str]] = (),
        exclude: Sequence[str] = (),
        bucket: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the function.

        Args:
            name: Pulumi's name of the component.
            service: Whose role, logs, network and tags the function shares.
            runtime: A name of ``yunfn.runtimes.ALIBABA`` or ``custom-container``; it decides how the other
                arguments are checked, so it is no output.
            handler: ``file.function``, folders by '/'; its file must be in the code. Not for custom runtimes
                and containers.
            code: A folder or ``.zip``; packed at once, so it is no output. Not for containers.
            wsgi: Whether the handler is a WSGI callable, ``handler(environ, start_response)``, to serve the
                events of an HTTP trigger; ``yunfn.wsgi`` is put into the package for it.
            function_name: 1–128 letters, digits, '_' and '-'; by default ``<stack>-<name>``. Another name is
                another function: it is made first, the old one removed last.
            description: Text shown in the console.
            memory: MB, 128–32768 in steps of 64; by default 512.
            cpu: vCPU, 0.05–16 in steps of 0.05; memory in GB is one to four times as much. By default what goes
                with the memory: 0.35 for 512 MB.
            disk: MB of temporary disk, 512 or 10240; by default 512.
            timeout: Seconds of one call, 1–86400.
            instance_concurrency: Calls that one instance serves at a time, 1–200; by default one.
            environment: Variables, 4 KB in all; secret outputs stay secret.
            secrets: Variables that the environment holds encrypted, within the same 4 KB; the function's code gets them
                by ``from yunfn_secrets import secret``. The right to decrypt comes by itself.
            secrets_key: Id or ARN of the KMS key that encrypts them, by default the service's.
            layers: At most five layers, or ARNs of layer versions; the first wins.
            grants: Rights the function uses, such as ``oss.read(bucket)``.
            own_role: Whether the function gets a role of its own instead of sharing the service's.
            initializer: Runs once per instance before its first call.
            pre_stop: Runs before an instance is taken down.
            custom_runtime: The program of a ``custom*`` runtime.
            container: The image of ``custom-container``.
            gpu: A graphics card.
            dns: How instances look up names.
            session_affinity: Which calls reach the same instance, such as ``MCP_SSE``; platform's words.
            session_affinity_settings: Its settings as JSON, in the platform's words.
            instance_isolation_mode: ``SHARE`` or ``SESSION_EXCLUSIVE``, in the platform's words.
            idle_timeout: Seconds an idle instance stays. Changing it replaces the function, so change
                ``function_name`` in the same step.
            internet_access: Whether the function may reach the internet, by default as the service says.
            reserved_concurrency: Instances at most, kept free for the function, 0 or more; 0 stops it.
            provisioned_instances: Instances kept ready for each alias declared for the function.
            async_invocation: What happens to asynchronous calls, of the function and of each of its aliases.
            disabled: Whether calls are refused for the time being; write False to end it. A function that never
                was disabled says nothing here: upstream would plan a change at each run (TFP 1.285.0).
            resource_group_id: Resource group of the account.
            tags: Tags beside those of the service.
            include: Patterns of .gitignore: only matching files of ``code`` are packed; and files from elsewhere, as
                ``{"source": …, "prefix": …}``. A .fcignore, .funignore or .yunfnignore in the folder counts too.
            exclude: Patterns of .gitignore: matching files are left out.
            bucket: OSS bucket for the code, by default the artifact bucket of account and region.
            opts: Options of the component.

        Raises:
            ValidationError: an argument the cloud would refuse.
            PackagingError: the code cannot be packed.
            AccountMismatchError: the stack belongs to another account.
        """
        kind = rules.runtime(name, runtime)
        check_program(name, kind, custom_runtime, container)
        package = code_package(name, kind, code, wsgi, secrets is not None, include, exclude)
        entry = entry_point(name, kind, handler, package)
        for hook, at in ((initializer, "initializer"), (pre_stop, "pre_stop")):
            if hook is not None and hook.handler is not None and kind is not None and not kind.custom:
                entry_point(name, kind, hook.handler, package, f"{at}.handler")
        called = checked(function_name or default_name(name), lambda v: rules.function_name(name, "function_name", v))
        count = sum(len(each.arns) if isinstance(each, Layer) else 1 for each in layers)
        shared.layer_count(name, count, FC_LIMITS.layers_per_function)
        for each in layers:
            if isinstance(each, Layer):
                shared.layer_runtime(name, each._name, each.compatible_runtimes, runtime)
            else:
                checked(each, lambda arn: rules.layer_arn(name, arn))
        variables: Any = environment
        if wsgi:
            variables = with_wsgi(name, environment, entry)
        variables = checked_environment(
            variables,
            lambda key: rules.environment_key(name, key, kind),
            lambda values: shared.environment_size(name, values, FC_LIMITS.environment_bytes),
        )
        hidden = checked_secrets(
            name,
            secrets,
            service.secrets_key if secrets_key is None else secrets_key,
            variables,
            KEYS,
            lambda key: rules.environment_key(name, key, kind),
            FC_LIMITS.environment_bytes,
        )
        size = sizes(
            name,
            memory=memory,
            cpu=cpu,
            disk=disk,
            timeout=timeout,
            concurrency=instance_concurrency,
            graphics=gpu is not None,
        )
        reserved = optional(
            reserved_concurrency,
            lambda v: shared.within(name, "reserved_concurrency", v, (0, 2**31 - 1), "instances"),
        )
        asynchronous = async_invocation.settings(name) if async_invocation else None
        if provisioned_instances is not None:
            provisioned_instances.settings(name)
        account = guard(opts)
        if account.account_id != service.account.account_id:
            raise ValidationError(name, "service", service.service_name, "belongs to another account's provider")
        super().__init__("yunfn:alibaba:Function", name, None, opts)
        self.name = name
        self.service = service
        self.account = account
        self.aliases: list[Alias] = []
        self.provisioned_instances = provisioned_instances
        self.async_invocation = async_invocation
        self.code_digest = package.digest if package else None
        self.code_md5 = package.md5 if package else None
        decrypting: KeyRight | None = None
        if hidden is not None:
            key = KEYS.id(name, hidden.key, account.region, account.account_id)
            decrypt = access.kms.decrypt(key, region=account.region, account=account.account_id)
            decrypting = KeyRight(decrypt, key, shared=secrets_key is None)
            variables = hidden.encrypted(variables, key, account.account_id, account.region, self)
        rights = self._grant(service, grants, own_role, decrypting)
        settings: dict[str, Any] = {
            **service.settings(),
            **size,
            "runtime": runtime,
            "handler": WSGI_HANDLER if wsgi else entry,
            "role": self.role_arn,
            "layers": [arn for each in layers for arn in (each.arns if isinstance(each, Layer) else [each])] or None,
            "instance_lifecycle_config": lifecycle(name, initializer, pre_stop),
            "custom_runtime_config": custom_runtime.settings() if custom_runtime else None,
            "custom_container_config": container.settings() if container else None,
            "gpu_config": gpu.settings() if gpu else None,
            "custom_dns": dns.settings() if dns else None,
            # Written out for the same reason as sizes are.
            "session_affinity": session_affinity if session_affinity is not None else "NONE",
            "session_affinity_config": session_affinity_settings,
            "instance_isolation_mode": instance_isolation_mode if instance_isolation_mode is not None else "SHARE",
            "idle_timeout": idle_timeout,
        }
        if internet_access is not None:
            settings["internet_access"] = internet_access
        stored = None
        if package is not None:
            store = artifact_store(account, bucket)
            stored = store.upload(f"{name}-code", package, storage.code_key(name, package.digest), self)
        function = alicloud.fc.V3Function(
            f"{name}-function",
            function_name=called,
            description=description,
            environment_variables=variables,
            code={"oss_bucket_name": stored.bucket, "oss_object_name": stored.key} if stored else None,
            invocation_restriction={"disable": disabled} if disabled is not None else None,
            resource_group_id=resource_group_id,
            tags={**service.tags, **(tags or {})} or None,
            **{key: value for key, value in settings.items() if value is not None},
            opts=pulumi.ResourceOptions(parent=self, depends_on=rights),
        )
        frozen = {**settings, "code": self.code_digest}
        if "vpc_config" not in settings:
            frozen["vpc_config"] = retained_vpc(name, function)
        if custom_runtime is not None and custom_runtime.health_check is None:
            check = {"health_check_config": retained_health_check(name, function)}
            frozen["custom_runtime_config"] = {**custom_runtime.settings(), **check}
        require_plugin()
        version = FunctionVersion(
            f"{name}-version",
            account=account.account_id,
            region=account.region,
            function_name=function.function_name,
            fingerprint=version_fingerprint(
                frozen, pulumi.Output.from_input(variables), f"{pulumi.get_project()}/{name}"
            ),
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=[function],
                retain_on_delete=True,
                # What earlier releases published by upstream's provider.
                aliases=[pulumi.Alias(type_="alicloud:fc/v3FunctionVersion:V3FunctionVersion")],
            ),
        )
        self.function_name = function.function_name
        self.function_arn = function.function_arn
        self.version = version.version_id
        self._invoke_settings(reserved, asynchronous)
        self.register_outputs(
            {
                "functionName": self.function_name,
                "functionArn": self.function_arn,
                "version": self.version,
                "roleArn": self.role_arn,
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
            self.role_arn = service.role_arn
            extra = [service.attach(function, grants, self)] if grants else []
            if decrypting is not None:
                extra.append(service.attach_key(f"{function}-secrets", decrypting, self))
            return [*service.rights, *extra]
        role = make_role(f"{self.name}-role", ram_name(function), f"Function {self.name}", self)
        self.role_arn = role.arn
        wanted = [*service.platform_grants(), *service.grants, *grants]
        own = [attach(function, role.role_name, wanted, self)] if wanted else []
        if decrypting is not None:
            of_key = [decrypting.grant]
            own.append(attach(f"{function}-secrets", role.role_name, of_key, self, decrypting.key))
        return own

    def _invoke_settings(self, reserved: pulumi.Input[int] | None, asynchronous: dict[str, Any] | None) -> None:
        child = pulumi.ResourceOptions(parent=self)
        if reserved is not None:
            alicloud.fc.V3ConcurrencyConfig(
                f"{self.name}-concurrency",
                function_name=self.function_name,
                reserved_concurrency=reserved,
                opts=child,
            )
        if asynchronous is not None:
            alicloud.fc.V3AsyncInvokeConfig(
                f"{self.name}-async",
                function_name=self.function_name,
                opts=child,
                **asynchronous,
            )
