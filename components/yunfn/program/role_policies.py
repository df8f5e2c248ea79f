"""The policies that grants become on the role that the functions of one service share: counted, on any cloud."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi

from yunfn.access import Grant
from yunfn.access.grammar import Grammar
from yunfn.exceptions import ValidationError
from yunfn.program.component import Component
from yunfn.program.grants import policy_documents
from yunfn.program.secrets import KeyRight


class RolePolicies(Component):
    """A service whose role takes policies of its own and of its functions, as many as the cloud attaches to one."""

    service_name: str
    _policies = 0
    _key_right: pulumi.Resource | None = None

    def attach(
        self, name: str, grants: Sequence[Grant], parent: pulumi.Resource, per: pulumi.Output[str] | None = None
    ) -> pulumi.Resource:
        """Attach a policy of ``grants`` to the service's role as a child of ``parent``; answer the attachment.

        ``per`` as for ``attach`` of the cloud's module ``role``.

        Raises:
            ValidationError: the cloud attaches no further policy to the role, or one of them would be too long.
        """
        grammar, most = self._limits()
        self._policies += len(policy_documents(grants, name, grammar))
        if self._policies > most:
            raise ValidationError(
                name,
                "grants",
                f"policy {self._policies} of service {self.service_name}",
                f"{grammar.name.upper()} attaches at most {most} policies to a role: give shared grants to the "
                "Service, or this function own_role=True",
            )
        return self._attached(name, grants, parent, per)

    def attach_key(self, name: str, right: KeyRight, parent: pulumi.Resource) -> pulumi.Resource:
        """Attach the right to decrypt by a key; answer the attachment.

        What is called ``name``, and a child of ``parent``, is for a key of a function's own. For the service's key
        all functions have one policy: while the key changes, the role has that of both, and their number is limited.
        """
        if not right.shared:
            return self.attach(name, [right.grant], parent, right.key)
        if self._key_right is None:
            self._key_right = self.attach(f"{self.service_name}-service-secrets", [right.grant], self, right.key)
        return self._key_right

    def _limits(self) -> tuple[Grammar, int]:
        """The cloud's grammar of policies, and how many of them it attaches to a role."""
        raise NotImplementedError

    def _attached(
        self, name: str, grants: Sequence[Grant], parent: pulumi.Resource, per: pulumi.Output[str] | None
    ) -> pulumi.Resource:
        """Make the policies and attach them, by the cloud's module ``role``."""
        raise NotImplementedError
