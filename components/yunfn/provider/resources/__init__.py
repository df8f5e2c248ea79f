"""The plugin's resources, one per file: ``<module>_<resource>`` as in its token ``yunfn:<module>:<Resource>``."""

from __future__ import annotations

from yunfn.provider.resource import Resource
from yunfn.provider.resources import (
    cam_policy,
    cam_role,
    cam_role_policy_attachment,
    fc_alias,
    fc_function_version,
    kms_ciphertext,
    ots_table_stream,
    scf_alias,
    scf_custom_domain,
    scf_function,
    scf_function_version,
    scf_layer_version,
    scf_provisioned_instances,
    scf_trigger,
    storage_artifact,
)
from yunfn.provider.session import Sessions

__all__ = ["all_resources"]


def all_resources(sessions: Sessions) -> list[Resource]:
    """Every resource there is, for the provider whose sessions these are."""
    return [
        storage_artifact.Artifact(sessions),
        fc_function_version.FunctionVersion(sessions),
        fc_alias.Alias(sessions),
        scf_function.Function(sessions),
        scf_function_version.FunctionVersion(sessions),
        scf_layer_version.LayerVersion(sessions),
        scf_provisioned_instances.ProvisionedInstances(sessions),
        scf_alias.Alias(sessions),
        scf_trigger.Trigger(sessions),
        scf_custom_domain.CustomDomain(sessions),
        cam_role.Role(sessions),
        cam_policy.Policy(sessions),
        cam_role_policy_attachment.RolePolicyAttachment(sessions),
        kms_ciphertext.Ciphertext(sessions),
        ots_table_stream.TableStream(sessions),
    ]
