"""The components of both clouds have the same shapes; where one differs, it is written here, with the reason.

A name that only one of them has, or a default that is another, fails unless this list says why, and so does a line of
this list that is not true any more.
"""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any

import pulumi
import pytest

from yunfn import access, alibaba, tencent
from yunfn.access.sts.grant_expression import rights

#: What a class is called on Tencent Cloud where it is called otherwise.
CALLED = {
    "Logstore": ("LogTopic", "CLS calls a logstore a topic, and names it by ids"),
    "NasMount": ("CfsMount", "CFS is Tencent's file system"),
    "OssSource": ("CosSource", "COS is Tencent's object storage"),
    "LogSource": ("ClsSource", "CLS is Tencent's log service"),
    "CloudMonitor": ("Monitor", "either cloud's monitor is called so"),
    "RequestMetrics": ("RequestLogs", "SCF writes a line of each call, and calls it no metrics"),
}
#: Classes that one cloud has alone.
ALONE = {
    "alibaba": {
        "CdnSource": "SCF has no such trigger",
        "Certificate": "SCF takes a certificate of the SSL service by its id: CustomDomain(certificate_id=)",
        "Dns": "SCF sets no resolvers",
        "EventBridgeSource": "EventBridge of Tencent Cloud calls SCF by rules of its own",
        "Gpu": "SCF has graphics cards for images only, by other means",
        "HealthCheck": "SCF watches the port itself",
        "Initializer": "SCF has no hooks; Function(init_timeout=) says how long a beginning may take",
        "MnsTopicSource": "MNS is Alibaba's; CKafka is there instead",
        "OssMount": "SCF mounts no buckets",
        "PreStop": "SCF has no hooks",
        "TablestoreSource": "Tablestore is Alibaba's",
    },
    "tencent": {
        "CkafkaSource": "CKafka is Tencent's",
        "Cors": "a function URL answers browsers' questions itself; Function Compute leaves that to the function",
        "DeadLetter": "SCF sends failed calls to a queue by type and name; Function Compute to any ARN",
        "HeaderMatch": "an alias of SCF serves another version by header too",
        "TrackedInstances": "SCF keeps as many instances ready as their load asks for",
    },
}
_CPU = "SCF gives vCPU by memory"
_SIZES = "SCF's size is memory alone"
#: Arguments and fields that one cloud has alone, by class (as Alibaba calls it).
ARGUMENTS: dict[str, dict[str, dict[str, str]]] = {
    "Account": {"tencent": {"app_id": "COS and SCF call an account by its APPID, CAM by its uin"}},
    "Alias": {"tencent": {"header_matches": "SCF routes by header too"}},
    "AsyncInvocation": {"alibaba": {"on_success": "SCF has no destination for results"}},
    "Container": {
        "alibaba": {
            "entrypoint": "SCF's EntryPoint is being taken down (SDK, ImageConfig); its Command is the entrypoint",
            "health_check": "SCF watches the port itself",
        },
        "tencent": {
            "args": "SCF's Command is the entrypoint, and Args are what Alibaba calls command",
            "registry_id": "a registry of the enterprise edition is named by its id",
            "accelerated": "SCF can load an image piece by piece",
        },
    },
    "CosSource": {},
    "CustomDomain": {
        "alibaba": {
            "certificate": "SCF takes a certificate of the SSL service by its id",
            "minimum_tls": "SCF sets no oldest TLS version",
        },
        "tencent": {
            "certificate_id": "see certificate",
            "tags": "domains of SCF have tags",
        },
    },
    "CustomRuntime": {
        "alibaba": {"port": "SCF fixes it: 9000", "health_check": "SCF watches the port itself"},
    },
    "Function": {
        "alibaba": {
            "cpu": _CPU,
            "disk": "SCF fixes it: 512 MB",
            "initializer": "SCF has no hooks",
            "pre_stop": "SCF has no hooks",
            "gpu": _SIZES,
            "dns": "SCF sets no resolvers",
            "session_affinity": "SCF has none but for images in a test phase",
            "session_affinity_settings": "see session_affinity",
            "instance_isolation_mode": "SCF has none",
            "idle_timeout": "SCF sets none",
            "disabled": "reserved_concurrency=0 stops a function of SCF",
            "resource_group_id": "Tencent Cloud groups by tags",
        },
        "tencent": {
            "web": "SCF makes functions of another type for servers; Function Compute by the runtime",
            "init_timeout": "SCF sets it without a hook",
            "dns_cache": "SCF can remember addresses",
            "websocket_idle_timeout": "web functions of SCF serve WebSocket when told",
            "fixed_ip": "SCF has fixed outbound addresses by itself; Function Compute through a NAT gateway",
            "fixed_private_ip": "likewise in the VPC",
        },
    },
    "HttpSource": {
        "alibaba": {
            "methods": "a function URL of SCF lets all methods through",
            "jwt_settings": "SCF checks no tokens",
        },
        "tencent": {
            "cors": "see Cors",
            "intranet": "SCF makes the VPC's URL on demand; Function Compute has it always",
            "enabled": "a URL of SCF can be switched off",
        },
    },
    "LogProject": {
        "alibaba": {"project_name": "CLS calls it a logset", "logstore_name": "CLS calls it a topic"},
        "tencent": {"logset_name": "see project_name", "topic_name": "see logstore_name"},
    },
    "LogSource": {
        "alibaba": {
            "project": "a topic's id says it all",
            "logstore": "likewise",
            "interval": "CLS sends as lines come; wait says how long it may gather them",
            "retries": "CLS sets none",
            "log_project": "CLS keeps no log of the trigger's own",
            "log_store": "likewise",
            "parameters": "CLS hands on none",
        },
        "tencent": {"topic_id": "see project", "wait": "see interval"},
    },
    "Logstore": {
        "alibaba": {"project_name": "CLS names by ids", "logstore_name": "likewise"},
        "tencent": {"logset_id": "see project_name", "topic_id": "see logstore_name"},
    },
    "NasMount": {
        "alibaba": {"server": "CFS names file system and mount point by ids", "tls": "CFS has none"},
        "tencent": {
            "file_system_id": "see server",
            "mount_point_id": "see server",
            "remote_folder": "a server's path holds it on Alibaba",
            "user_id": "CFS sets it for each mount, NAS for the function",
            "group_id": "likewise",
        },
    },
    "OssSource": {
        "alibaba": {"events": "a trigger of SCF has one event"},
        "tencent": {"event": "see events", "enabled": "a COS trigger can be switched off"},
    },
    "ProvisionedInstances": {
        "alibaba": {
            "always_allocate_cpu": "instances of SCF that are ready always have theirs",
            "always_allocate_gpu": "SCF has none",
        },
    },
    "Route": {"alibaba": {"methods": "SCF routes by path alone"}},
    "ScheduledInstances": {
        "alibaba": {
            "start": "a time of SCF holds until the next one",
            "end": "likewise",
            "time_zone": "SCF knows China's time only",
        },
    },
    "Service": {
        "alibaba": {
            "nas_mounts": "CFS is Tencent's file system",
            "nas_user_id": "CFS sets it for each mount",
            "nas_group_id": "likewise",
            "oss_mounts": "SCF mounts no buckets",
        },
        "tencent": {
            "cfs_mounts": "see nas_mounts",
            "namespace": "SCF keeps functions in namespaces; Function Compute 3.0 in none",
            "own_namespace": "a region has five namespaces, which services and stacks have to share",
            "fixed_ip": "SCF has fixed outbound addresses by itself",
        },
    },
    "Trigger": {
        "alibaba": {"invocation_role": "SCF calls by itself, whatever the source"},
    },
    "Vpc": {
        "alibaba": {
            "vswitch_ids": "a function of SCF stands in one subnet",
            "security_group_id": "SCF takes no security group",
        },
        "tencent": {"subnet_id": "see vswitch_ids"},
    },
}
#: Defaults that are not the same, by class and argument.
DEFAULTS = {
    ("Alias", "alias_name"): "whoever calls SCF without naming an alias gets $DEFAULT, so that is what rolls out",
    ("AsyncInvocation", "stateful"): "SCF settles it when it makes the function: no output there",
    ("CustomDomain", "web_firewall"): "SCF names the firewall's instance",
}
#: Outputs that one cloud has alone, by component.
OUTPUTS = {
    "Function": {"alibaba": {"role_arn"}, "tencent": {"role_name"}},  # SCF calls a role by its name
    "LogProject": {"alibaba": {"project_name", "logstore_name"}, "tencent": {"logset_id", "topic_id"}},
    "Service": {"alibaba": {"role_arn"}, "tencent": {"namespace"}},
}


def _classes(package: Any) -> set[str]:
    return {name for name in package.__all__ if inspect.isclass(getattr(package, name))}


SHARED = sorted(_classes(alibaba) - set(ALONE["alibaba"]))


def _twin(name: str) -> Any:
    return getattr(tencent, CALLED[name][0] if name in CALLED else name)


def _parameters(kind: Any) -> dict[str, inspect.Parameter]:
    return dict(inspect.signature(kind).parameters)


def test_every_class_has_its_twin_or_a_reason_to_have_none() -> None:
    twins = {_twin(name).__name__ for name in SHARED}
    assert _classes(tencent) == twins | set(ALONE["tencent"])
    assert set(ALONE["alibaba"]) <= _classes(alibaba)
    assert not twins & set(ALONE["tencent"])


@pytest.mark.parametrize("name", SHARED)
def test_arguments_are_the_same_but_for_those_with_a_reason(name: str) -> None:
    here, there = _parameters(getattr(alibaba, name)), _parameters(_twin(name))
    reasons = ARGUMENTS.get(name, {})
    assert set(here) - set(there) == set(reasons.get("alibaba", {})), "only on Alibaba Cloud"
    assert set(there) - set(here) == set(reasons.get("tencent", {})), "only on Tencent Cloud"
    # In the same order, so that both read alike.
    assert [each for each in here if each in there] == [each for each in there if each in here]


@pytest.mark.parametrize("name", SHARED)
def test_defaults_are_the_same_but_for_those_with_a_reason(name: str) -> None:
    here, there = _parameters(getattr(alibaba, name)), _parameters(_twin(name))
    for argument in here.keys() & there.keys():
        same = here[argument].default == there[argument].default and here[argument].kind is there[argument].kind
        assert same or (name, argument) in DEFAULTS, f"{argument}: {here[argument]} and {there[argument]}"


def test_no_reason_is_left_over() -> None:
    named = {*SHARED}
    assert {name for name, arguments in ARGUMENTS.items() if arguments} <= named
    for name, argument in DEFAULTS:
        assert argument in _parameters(getattr(alibaba, name))
        assert argument in _parameters(_twin(name))


def _outputs(kind: Any) -> set[str]:
    return {name for name in kind.__annotations__ if not name.startswith("_")}


COMPONENTS = [name for name in SHARED if issubclass(getattr(alibaba, name), pulumi.ComponentResource)]


@pytest.mark.parametrize("name", COMPONENTS)
def test_outputs_are_the_same_but_for_those_that_are_listed(name: str) -> None:
    here, there = _outputs(getattr(alibaba, name)), _outputs(_twin(name))
    listed = OUTPUTS.get(name, {})
    assert here - there == listed.get("alibaba", set())
    assert there - here == listed.get("tencent", set())


@pytest.mark.parametrize("name", [each for each in SHARED if dataclasses.is_dataclass(getattr(alibaba, each))])
def test_settings_are_frozen_and_named_on_both(name: str) -> None:
    assert _twin(name).__dataclass_params__.frozen


#: Rights by name as Alibaba Cloud's modules have them, and what Tencent Cloud calls the same.
RIGHTS = {
    "oss.read": "cos.read",
    "oss.write": "cos.write",
    "oss.list": "cos.list",
    "log.write": "cls.write",
    "log.read": "cls.read",
    "kms.decrypt": "tencent_kms.decrypt",
    "mns.send": "ckafka.send",
    "mns.consume": "ckafka.consume",
    "fc.invoke": "scf.invoke",
}
#: Rights that Alibaba Cloud has alone, and why.
RIGHTS_ALONE = {
    "mns.publish": "CKafka has no topics that push",
    "oss.mount": "SCF mounts no buckets",
    "log.consume": "CLS calls functions by itself",
    "ots.consume": "Tencent Cloud has no Tablestore",
    "ots.consume_tunnel": "likewise",
    "ots.read": "likewise",
    "ots.read_only": "likewise",
    "ots.search": "likewise",
    "ots.write": "likewise",
    "vpc.attach": "SCF stands in the VPC by its own role",
}
#: Arguments of rights that one cloud has alone, by the right as Alibaba Cloud calls it.
RIGHTS_ARGUMENTS: dict[str, dict[str, dict[str, str]]] = {
    "oss.read": {"tencent": {"region": "an OSS bucket is known by its name alone"}},
    "oss.write": {"tencent": {"region": "likewise"}},
    "oss.list": {"tencent": {"region": "likewise"}},
    "log.write": {
        "alibaba": {"project": "a topic's id says it all", "logstore": "likewise"},
        "tencent": {"topic_id": "see project"},
    },
    "log.read": {
        "alibaba": {"project": "a topic's id says it all", "logstore": "likewise"},
        "tencent": {"topic_id": "see project"},
    },
    "kms.decrypt": {"tencent": {"creator": "CAM calls a key by who made it, too"}},
    "mns.send": {"alibaba": dict.fromkeys(("queue", "region", "account"), "CAM names no entrance for messages")},
    "mns.consume": {
        "alibaba": {"queue": "CAM names instances, not their topics"},
        "tencent": {"instance": "see queue", "creator": "CAM calls an instance by who made it, too"},
    },
    "fc.invoke": {
        "alibaba": {"qualifier": "CAM has no name for an alias of a function"},
        "tencent": {"namespace": "SCF keeps functions in namespaces"},
    },
}


def _right(name: str) -> Any:
    service, _, right = name.partition(".")
    return getattr(getattr(access, service), right)


def test_every_right_has_its_twin_or_a_reason_to_have_none() -> None:
    assert {*RIGHTS, *RIGHTS.values(), *RIGHTS_ALONE} == set(rights())
    assert set(RIGHTS_ARGUMENTS) == set(RIGHTS)


@pytest.mark.parametrize("name", RIGHTS)
def test_grants_are_called_alike(name: str) -> None:
    here, there = _parameters(_right(name)), _parameters(_right(RIGHTS[name]))
    reasons = RIGHTS_ARGUMENTS[name]
    assert set(here) - set(there) == set(reasons.get("alibaba", {})), "only on Alibaba Cloud"
    assert set(there) - set(here) == set(reasons.get("tencent", {})), "only on Tencent Cloud"
    shared = [each for each in here if each in there]
    assert shared == [each for each in there if each in here]
    assert all(here[each].default == there[each].default and here[each].kind is there[each].kind for each in shared)


def test_guards_are_called_alike() -> None:
    assert inspect.signature(tencent.guard) == inspect.signature(alibaba.guard)
