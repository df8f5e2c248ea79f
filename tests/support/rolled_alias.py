"""An alias that the plugin rolls out, on either cloud: what it is declared with, and where it is."""

from __future__ import annotations

import copy
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import oss2

from support.cos_bucket import fresh_bucket, session_of
from support.served_alias import FcAlias, ScfAlias
from support.store_backends import oss_bucket, oss_session
from yunfn.localcloud.connection import Connection
from yunfn.rollout import records
from yunfn.rollout.connections import Connections, connect
from yunfn.rollout.event import AliasPlace
from yunfn.rollout.metric import Conditions, Measure, Metric, Probes
from yunfn.rollout.plan import Step
from yunfn.rollout.routing import Routing
from yunfn.rollout.specification import Specification
from yunfn.rollout.state import RolloutState
from yunfn.storage import oss_client
from yunfn.storage.cos_client import open_client

#: A probe that calls the version by its number; what does not say ``v1`` or ``v2`` fails.
GOOD, BAD = "v[12]", "v1"


def probes(expect: str, *, interval: float = 0.2, calls: int = 4) -> Metric:
    """A metric of calls that must answer ``expect``."""
    return Metric(
        name="answers",
        measure=Measure.ERRORS,
        source=Probes(events=("{}",), calls=calls, expect=expect),
        rule=Conditions(success="<= 0.5"),
        interval=interval,
        minimum=calls,
    )


# The records' bucket of each local cloud: an account has a hundred, and each function's record is its own in it.
_BUCKETS: dict[tuple[Path, str], str] = {}


def _bucket(cloud: Connection, kind: str, make: Callable[[], str]) -> str:
    at = (cloud.home.folder, kind)
    if at not in _BUCKETS:
        _BUCKETS[at] = make()
    return _BUCKETS[at]


def written(specification: Specification) -> dict[str, Any]:
    """As it is declared on the wire."""
    made: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(specification))
    return made


class RolledAlias:
    """An alias called ``rolled`` of a function with the versions 1 to 3, and the bucket of its record.

    It is not there before the plugin makes it.
    """

    token: str
    #: The input that names the main version.
    main: str

    def __init__(self, cloud: Connection, kind: str, bucket: str = "") -> None:
        self._cloud = cloud
        self.kind = kind
        if kind == "fc":
            self.served: FcAlias | ScfAlias = FcAlias(cloud)
            self.session: Any = oss_session(cloud)
            self.bucket = bucket or _bucket(cloud, kind, lambda: oss_bucket(self.session).bucket_name)
            self.token, self.main = "yunfn:fc:Alias", "versionId"
        else:
            self.served = ScfAlias(cloud)
            self.session = session_of(cloud)
            self.bucket = bucket or _bucket(cloud, kind, lambda: fresh_bucket(self.session).name)
            self.token, self.main = "yunfn:scf:Alias", "functionVersion"
        at = self.served.place
        self.place = AliasPlace(at.cloud, at.account, at.region, at.namespace, at.function, "rolled")

    def remove(self) -> None:
        """Make room for others: SCF has fifty functions in a namespace."""
        if isinstance(self.served, ScfAlias):
            self.served.delete_function()

    def again(self) -> RolledAlias:
        """The same alias, its record emptied."""
        prefix = self.place.prefix
        if self.kind == "fc":
            oss = oss_client.open_bucket(self.session, self.bucket, 1)
            for each in oss2.ObjectIteratorV2(oss, prefix):
                oss.delete_object(each.key)
        else:
            cos = open_client(self.session)
            found = cos.list_objects(Bucket=self.bucket, Prefix=prefix, MaxKeys=1000)
            assert found["IsTruncated"] == "false"
            for each in found.get("Contents", ()):
                cos.delete_object(Bucket=self.bucket, Key=each["Key"])
        return copy.copy(self)

    def specification(self, *weights: str, seconds: float = 0.3, **more: Any) -> Specification:
        """A plan of ``weights``, each for so many seconds, judged by nothing unless ``metrics`` are given."""
        steps = tuple(Step(Decimal(weight), seconds) for weight in weights)
        return Specification(bucket=self.bucket, steps=steps, **more)

    def inputs(self, version: str, specification: Specification | None, **more: Any) -> dict[str, Any]:
        """What it is declared with."""
        place: dict[str, Any] = {
            "account": self.place.account,
            "region": self.place.region,
            "functionName": self.place.function,
            "aliasName": self.place.alias,
            self.main: version,
        }
        if self.place.namespace:
            place["namespace"] = self.place.namespace
        rollout = {"rollout": written(specification)} if specification else {}
        return {**place, **rollout, **more}

    @property
    def id(self) -> str:
        """Its id in Pulumi."""
        return str(self.place)

    def connections(self) -> Connections:
        """What reaches it past the plugin."""
        return connect(self.place, self.bucket, self.session)

    def routing(self) -> Routing | None:
        """Where its calls go."""
        return self.connections().router.read()

    def move(self, routing: Routing) -> None:
        """Move it by other means."""
        self.connections().router.route(routing)

    def state(self) -> RolloutState | None:
        """Its last rollout, as the record has it."""
        return records.last(self.connections().log)

    def states(self) -> list[RolloutState]:
        """All of its rollouts."""
        return records.states(self.connections().log)
