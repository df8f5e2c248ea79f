"""The rollouts of aliases as one page of HTML that needs nothing else: no script, no network, light and dark."""

from yunfn.rollout.report.page import AliasHistory, page

__all__ = ["AliasHistory", "page"]
