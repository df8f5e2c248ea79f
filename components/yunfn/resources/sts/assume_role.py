"""``yunfn:sts:assumeRole`` as a typed function."""

from __future__ import annotations

import pulumi
import pulumi.runtime

from yunfn import __version__


@pulumi.output_type
class AssumeRoleResult:
    """Temporary credentials; inside an output that is a secret."""

    def __init__(
        self, access_key_id: str, access_key_secret: str, security_token: str, expiration: str, document: str
    ) -> None:
        pulumi.set(self, "access_key_id", access_key_id)
        pulumi.set(self, "access_key_secret", access_key_secret)
        pulumi.set(self, "security_token", security_token)
        pulumi.set(self, "expiration", expiration)
        pulumi.set(self, "document", document)

    @property
    @pulumi.getter(name="accessKeyId")
    def access_key_id(self) -> str:
        """Id of the temporary key (TmpSecretId on Tencent Cloud)."""
        found: str = pulumi.get(self, "access_key_id")
        return found

    @property
    @pulumi.getter(name="accessKeySecret")
    def access_key_secret(self) -> str:
        """Its secret."""
        found: str = pulumi.get(self, "access_key_secret")
        return found

    @property
    @pulumi.getter(name="securityToken")
    def security_token(self) -> str:
        """Its token."""
        found: str = pulumi.get(self, "security_token")
        return found

    @property
    @pulumi.getter
    def expiration(self) -> str:
        """When they end, in UTC: ``2026-12-24T18:00:00Z``."""
        found: str = pulumi.get(self, "expiration")
        return found

    @property
    @pulumi.getter
    def document(self) -> str:
        """All of it as JSON, as ``yunfn.access.sts.Credentials.from_json`` reads it."""
        found: str = pulumi.get(self, "document")
        return found

    def __repr__(self) -> str:
        return f"AssumeRoleResult(expiration={self.expiration!r})"


def assume_role_output(
    *,
    role_arn: pulumi.Input[str],
    policy: pulumi.Input[str],
    session_name: pulumi.Input[str] | None = None,
    duration_seconds: pulumi.Input[int] | None = None,
    external_id: pulumi.Input[str] | None = None,
    region: pulumi.Input[str] | None = None,
    opts: pulumi.InvokeOptions | pulumi.InvokeOutputOptions | None = None,
) -> pulumi.Output[AssumeRoleResult]:
    """Get temporary credentials of a role of either cloud, cut to a session policy, as a secret output.

    There is no form of it that answers plain values: those would be written to the state as they are. Each run, and
    each preview that knows all arguments, gets new credentials; in a preview that does not, nothing is called.

    Args:
        role_arn: The role; its ARN tells the cloud.
        policy: The session policy, as JSON: ``yunfn.access.sts.session_policy(grants, grammar).text``.
        session_name: The session's name, by default ``yunfn``.
        duration_seconds: How long they live; by default an hour on Alibaba Cloud, two on Tencent Cloud.
        external_id: What the role's trust policy asks for.
        region: Region whose STS is asked; by default the provider's.
        opts: Options of the call, such as another provider.
    """
    arguments = {
        "roleArn": role_arn,
        "policy": policy,
        "sessionName": session_name,
        "durationSeconds": duration_seconds,
        "externalId": external_id,
        "region": region,
    }
    if opts is None:
        opts = pulumi.InvokeOptions(version=__version__)
    elif not opts.version:
        opts.version = __version__
    result: pulumi.Output[AssumeRoleResult] = pulumi.runtime.invoke_output(
        "yunfn:sts:assumeRole", arguments, opts, AssumeRoleResult
    )
    return result
