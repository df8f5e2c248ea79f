"""The environment in which official clients reach the local cloud and can reach no other.

Pure: a function of the outer environment and of the running cloud's address.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

from yunfn.localcloud.home import Home

# Whoever inherits one of these could speak for a real account, or to a real endpoint or state backend.
_CREDENTIALS = re.compile(
    r"""(?ix)
      (alibaba_cloud|alibabacloud|alicloud|aliyun|ali|oss|ots|tablestore|sls|fc|tencentcloud|tencent|qcloud|cos)_.*
    | (aws|azure|arm|google|gcloud|cloudsdk|vault|digitalocean)_.*
    | (access_key(_id|_secret)?|secret_(id|key|access_key)|security_token|sts_token)
    | pulumi_(access_token|backend_url|config_passphrase|config_passphrase_file|stack|credentials_path|api)
    | pulumi_(config|cloud_secret_override)
    | [a-z0-9_]+_endpoint
    | (https?|all|ftp|no)_proxy
    | ssl_cert_(file|dir) | requests_ca_bundle | curl_ca_bundle | node_extra_ca_certs | git_ssl_cainfo | pip_cert
    | nix_ssl_cert_file | httplib2_ca_certs | grpc_default_ssl_roots_file_path | grpc_proxy
    """
)
_TRUST = (
    "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "AWS_CA_BUNDLE",
    "GIT_SSL_CAINFO", "PIP_CERT", "ALIBABA_CLOUD_CA_BUNDLE",
)  # fmt: skip
DEFAULT_REGION = "cn-shanghai"
DEFAULT_TENCENT_REGION = "ap-shanghai"


def removed(outer: Mapping[str, str]) -> list[str]:
    """The names in ``outer`` that a child of the local cloud must not inherit."""
    return sorted(name for name in outer if _CREDENTIALS.fullmatch(name))


def variables(
    home: Home, proxy_port: int, region: str = DEFAULT_REGION, tencent_region: str = DEFAULT_TENCENT_REGION
) -> dict[str, str]:
    """What each official client reads, pointed at the local cloud on ``proxy_port``.

    Writes the profile files that clients would otherwise take from the user's home.
    """
    key, tencent = home.owner_key, home.tencent
    proxy = f"http://127.0.0.1:{proxy_port}"
    bundle = str(home.certificates / "ca.pem")
    profiles = write_profiles(home, region, tencent_region)
    result = {
        "HTTPS_PROXY": proxy,
        "HTTP_PROXY": proxy,
        "https_proxy": proxy,
        "http_proxy": proxy,
        # gRPC between Pulumi's engine and its plugins stays off the proxy.
        "NO_PROXY": "127.0.0.1,localhost,::1",
        "no_proxy": "127.0.0.1,localhost,::1",
        "SSL_CERT_DIR": str(home.certificates / "none"),
        "ALIBABA_CLOUD_ACCESS_KEY_ID": key.id,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": key.secret,
        "ALIBABA_CLOUD_REGION": region,
        "ALIBABA_CLOUD_REGION_ID": region,
        "ALIBABA_CLOUD_ACCOUNT_ID": home.account,
        "ALIBABA_CLOUD_CREDENTIALS_FILE": str(profiles / "credentials.ini"),
        "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true",
        # The aliyun command prefers ~/.aliyun/config.json to these variables unless told so (its configuration.go).
        "ALIBABA_CLOUD_IGNORE_PROFILE": "TRUE",
        "ALIBABA_CLOUD_CLI_PROFILE_DISABLED": "true",
        "ALICLOUD_ACCESS_KEY": key.id,
        "ALICLOUD_SECRET_KEY": key.secret,
        "ALICLOUD_REGION": region,
        "ALICLOUD_ACCOUNT_ID": home.account,
        "ALICLOUD_SHARED_CREDENTIALS_FILE": str(profiles / "config.json"),
        # Tablestore's clients and the provider's Go SDK for it heed no proxy: the cloud's own address is the endpoint.
        "OTS_ENDPOINT": proxy,
        "OSS_ACCESS_KEY_ID": key.id,
        "OSS_ACCESS_KEY_SECRET": key.secret,
        "TENCENTCLOUD_SECRET_ID": tencent.owner_key.id,
        "TENCENTCLOUD_SECRET_KEY": tencent.owner_key.secret,
        "TENCENTCLOUD_REGION": tencent_region,
        "TENCENTCLOUD_APPID": tencent.app_id,
        # Without it terraform-provider-tencentcloud 1.81.90 lets a header grow with every resource that it reads.
        "TENCENTCLOUD_API_REQUEST_CLIENT": "yunfn",
        # Elsewhere the tencentcloud provider looks into ~/.tccli, the SDKs into ~/.tencentcloud (their documentation).
        "TENCENTCLOUD_SHARED_CREDENTIALS_DIR": str(profiles / "tccli"),
        "TENCENTCLOUD_CREDENTIALS_FILE": str(profiles / "tencentcloud.ini"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "PULUMI_BACKEND_URL": f"file://{home.pulumi}",
        "PULUMI_CONFIG_PASSPHRASE": home.passphrase,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "YUNFN_LOCAL": str(home.folder),
        # `yunfn local …` in there speaks to the cloud it is in, also to one that only lives for this command.
        "YUNFN_LOCAL_HOME": str(home.folder),
    }
    result.update(dict.fromkeys(_TRUST, bundle))
    return result


def child_environment(
    outer: Mapping[str, str],
    home: Home,
    proxy_port: int,
    region: str = DEFAULT_REGION,
    tencent_region: str = DEFAULT_TENCENT_REGION,
) -> dict[str, str]:
    """``outer`` without any real credential, endpoint, proxy or state backend, and with the local cloud's own."""
    gone = set(removed(outer))
    result = {name: value for name, value in outer.items() if name not in gone}
    result.update(variables(home, proxy_port, region, tencent_region))
    site = str(trust_site())
    # Not once more where one local cloud's environment is made inside of another's.
    others = [path for path in outer.get("PYTHONPATH", "").split(os.pathsep) if path not in ("", site)]
    result["PYTHONPATH"] = os.pathsep.join([site, *others])
    return result


def trust_site() -> Path:
    """The folder with the ``sitecustomize`` that points certifi at SSL_CERT_FILE, for SDKs that pin certifi.

    Functions get the same folder.
    """
    return Path(__file__).parent / "runner" / "bootstrap" / "site"


def write_profiles(home: Home, region: str, tencent_region: str) -> Path:
    """Write the profile files of both clouds' clients with the local keys (mode 0600); returns their folder."""
    key, tencent = home.owner_key, home.tencent.owner_key
    folder = home.folder / "profiles"
    for each in (folder, folder / "tccli", home.certificates / "none"):
        each.mkdir(mode=0o700, exist_ok=True)
    config = {
        "current": "default",
        "profiles": [
            {
                "name": "default",
                "mode": "AK",
                "access_key_id": key.id,
                "access_key_secret": key.secret,
                "region_id": region,
                "output_format": "json",
                "language": "en",
            }
        ],
    }
    files = {
        "config.json": json.dumps(config, indent=2),
        "credentials.ini": (
            f"[default]\ntype = access_key\naccess_key_id = {key.id}\naccess_key_secret = {key.secret}\n"
        ),
        "tccli/default.credential": json.dumps({"secretId": tencent.id, "secretKey": tencent.secret}),
        "tccli/default.configure": json.dumps({"_sys_param": {"region": tencent_region, "output": "json"}}),
        "tencentcloud.ini": f"[default]\nsecret_id = {tencent.id}\nsecret_key = {tencent.secret}\n",
    }
    for name, text in files.items():
        path = folder / name
        path.touch(mode=0o600)
        path.write_text(text)
    return folder
