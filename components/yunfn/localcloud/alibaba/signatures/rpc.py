"""The signature of RPC style calls (RAM, STS, BSS, Location): version 1.0, or ACS3 as today's SDKs sign them."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

from yunfn.localcloud.alibaba.signatures.acs3 import ALGORITHM, verify_acs3
from yunfn.localcloud.alibaba.signatures.digests import escape, hmac_base64, same
from yunfn.localcloud.alibaba.signatures.nonces import check_time, use_nonce
from yunfn.localcloud.call import Call
from yunfn.localcloud.cloud_error import AuthenticationError, Disbelief
from yunfn.localcloud.keys import Principal

_DIGESTS = {"HMAC-SHA1": "sha1", "HMAC-SHA256": "sha256"}


async def rpc_parameters(call: Call) -> dict[str, str]:
    """All parameters of an RPC style call: the query's and the form body's, and ACS3's action and version headers."""
    parameters = await _sent_parameters(call)
    for name, header in (("Action", "x-acs-action"), ("Version", "x-acs-version")):
        if name not in parameters and header in call.headers:
            parameters[name] = call.headers[header]
    return parameters


async def verify_rpc(call: Call) -> Principal:
    """Whom an RPC style call speaks for; raises AuthenticationError, SignatureNonceUsed or MalformedTimestamp."""
    if call.headers.get("authorization", "").startswith(ALGORITHM):
        return await verify_acs3(call)
    parameters = await _sent_parameters(call)
    signature = parameters.pop("Signature", "")
    access_key_id = parameters.get("AccessKeyId", "")
    if not access_key_id or not signature:
        raise AuthenticationError(Disbelief.MISSING, access_key_id)
    key = call.cloud.keys.find(access_key_id, parameters.get("SecurityToken", ""))
    to_sign = string_to_sign(call.method, parameters)
    digest = _DIGESTS.get(parameters.get("SignatureMethod", "HMAC-SHA1").upper())
    if digest is None or not same(hmac_base64(key.secret + "&", to_sign, digest), signature):
        raise AuthenticationError(Disbelief.MISMATCH, key.id, to_sign)
    check_time(parameters.get("Timestamp", ""), key.id)
    use_nonce(call.cloud, key.id, parameters.get("SignatureNonce", ""))
    return key.principal


def string_to_sign(method: str, parameters: Mapping[str, str]) -> str:
    """What version 1.0 signs: the method and every parameter but ``Signature``, sorted and escaped twice."""
    pairs = "&".join(f"{escape(name)}={escape(value)}" for name, value in sorted(parameters.items()))
    return f"{method}&%2F&{escape(pairs)}"


async def _sent_parameters(call: Call) -> dict[str, str]:
    parameters = dict(call.params)
    if call.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        parameters.update(parse_qsl((await call.body()).decode("utf-8", "replace"), keep_blank_values=True))
    return parameters
