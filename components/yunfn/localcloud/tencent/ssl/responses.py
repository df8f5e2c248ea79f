"""Parse and answer the calls of SSL Certificates."""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from yunfn.localcloud.store import Document
from yunfn.localcloud.tencent.api import ApiRequest, InvalidParameterValue, Operation
from yunfn.localcloud.tencent.api.times import china_time
from yunfn.localcloud.tencent.ssl import pem
from yunfn.localcloud.tencent.ssl.exceptions import CertificateNotFound
from yunfn.localcloud.tencent.tag import TagService

if TYPE_CHECKING:
    from yunfn.localcloud.cloud import LocalCloud

_LETTERS = string.ascii_letters + string.digits
_VALID, _EXPIRED = 1, 3
_LARGEST_PAGE = 1000
_SECRETS = ("CertificatePublicKey", "CertificatePrivateKey")


class CertificateCalls:
    """Upload, describe, rename and delete certificates."""

    def __init__(self, cloud: LocalCloud) -> None:
        self._cloud = cloud
        self._certificates = cloud.store.collection(cloud.tencent.uin, "", "ssl/certificate")

    def routes(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return {
            "UploadCertificate": self._upload,
            "DescribeCertificate": self._describe,
            "DescribeCertificateDetail": self._describe_detail,
            "DescribeCertificates": self._list,
            "ModifyCertificateAlias": self._rename,
            "DeleteCertificate": self._delete,
        }

    def find(self, certificate_id: str) -> Document | None:
        """A certificate as it is kept, or None."""
        return self._certificates.get(certificate_id)

    async def _upload(self, request: ApiRequest) -> dict[str, Any]:
        request.require("ssl:UploadCertificate", _resource(request, "*"))
        kind = request.text("CertificateType", "SVR")
        if kind not in ("SVR", "CA"):
            raise InvalidParameterValue("CertificateType", "must be SVR or CA")
        chain = request.text("CertificatePublicKey")
        leaf, key = pem.read_chain(chain), ""
        if kind == "SVR":
            key = pem.plain_key(chain, request.text("CertificatePrivateKey"), request.text("KeyPassword", ""))
        labels = {each.text("TagKey"): each.text("TagValue", "") for each in request.inners("Tags")}
        if not request.flag("Repeatable", True):
            for known_id, known in self._certificates.scan():
                if known["CertFingerprint"] == leaf.fingerprint and known["CertificateType"] == kind:
                    return {"CertificateId": known_id, "RepeatCertId": known_id}
        certificate_id = "".join(secrets.choice(_LETTERS) for _ in range(8))
        self._tags().replace("ssl", "", f"certificate/{certificate_id}", labels)
        request.call.resource = certificate_id
        document = {
            "CertificateId": certificate_id,
            "CertificateType": kind,
            "Alias": request.text("Alias", ""),
            "ProjectId": str(request.integer("ProjectId", 0)),
            "Domain": leaf.domain,
            "OtherDomains": list(leaf.other_domains),
            "Begin": leaf.begin.timestamp(),
            "End": leaf.end.timestamp(),
            "InsertTime": china_time(self._cloud.clock.now()),
            "CertFingerprint": leaf.fingerprint,
            "CertificatePublicKey": chain,
            "CertificatePrivateKey": key,
        }
        self._certificates.put(certificate_id, document)
        return {"CertificateId": certificate_id, "RepeatCertId": ""}

    async def _describe(self, request: ApiRequest) -> dict[str, Any]:
        document = self._certificate(request, "ssl:DescribeCertificate")
        return self._shown(document, [document["Domain"], *document["OtherDomains"]])

    async def _describe_detail(self, request: ApiRequest) -> dict[str, Any]:
        document = self._certificate(request, "ssl:DescribeCertificateDetail")
        return {
            **self._shown(document, document["OtherDomains"]),
            **{name: document[name] or None for name in _SECRETS},
            "CertFingerprint": document["CertFingerprint"],
        }

    async def _list(self, request: ApiRequest) -> dict[str, Any]:
        request.require("ssl:DescribeCertificates", _resource(request, "*"))
        offset, limit = request.integer("Offset", 0), min(request.integer("Limit", 10), _LARGEST_PAGE)
        if offset < 0 or limit < 1:
            raise InvalidParameterValue("Offset", "must not be negative, and Limit at least 1")
        key, kind, ids = (
            request.text("SearchKey", ""),
            request.text("CertificateType", ""),
            request.texts("CertIds", []),
        )
        found = [
            document
            for _, document in self._certificates.scan()
            if kind in ("", document["CertificateType"])
            and (not ids or document["CertificateId"] in ids)
            and any(key in document[name] for name in ("CertificateId", "Alias", "Domain"))
        ]
        found.sort(key=lambda document: str(document["InsertTime"]), reverse=True)
        shown = [self._shown(one, [one["Domain"], *one["OtherDomains"]]) for one in found[offset : offset + limit]]
        return {"TotalCount": len(found), "Certificates": shown}

    async def _rename(self, request: ApiRequest) -> dict[str, Any]:
        document = self._certificate(request, "ssl:ModifyCertificateAlias")
        self._certificates.put(document["CertificateId"], {**document, "Alias": request.text("Alias", "")})
        return {"CertificateId": document["CertificateId"]}

    async def _delete(self, request: ApiRequest) -> dict[str, Any]:
        document = self._certificate(request, "ssl:DeleteCertificate")
        self._certificates.delete(document["CertificateId"])
        self._tags().forget("ssl", "", f"certificate/{document['CertificateId']}")
        return {"DeleteResult": True, "TaskId": None}

    def _certificate(self, request: ApiRequest, action: str) -> Document:
        certificate_id = request.text("CertificateId")
        request.call.resource = certificate_id
        request.require(action, _resource(request, certificate_id))
        document = self.find(certificate_id)
        if document is None:
            raise CertificateNotFound(certificate_id)
        return document

    def _shown(self, document: Document, domains: list[str]) -> dict[str, Any]:
        """The fields that all three descriptions have of an uploaded certificate; the others are null there too."""
        begin, end = (
            datetime.fromtimestamp(document[name], self._cloud.clock.now().tzinfo) for name in ("Begin", "End")
        )
        names = ("CertificateId", "CertificateType", "Alias", "ProjectId", "Domain", "InsertTime")
        tags = self._tags().of("ssl", "", f"certificate/{document['CertificateId']}")
        return {
            **{name: document[name] for name in names},
            "OwnerUin": self._cloud.tencent.uin,
            "From": "upload",
            "Status": _EXPIRED if document["End"] < self._cloud.clock.time() else _VALID,
            "CertBeginTime": china_time(begin),
            "CertEndTime": china_time(end),
            "SubjectAltName": domains,
            "IsWildcard": document["Domain"].startswith("*."),
            "IsVip": False,
            "IsDv": False,
            "RenewAble": False,
            "Deployable": document["CertificateType"] == "SVR",
            "Tags": [{"TagKey": key, "TagValue": value} for key, value in tags.items()],
        }

    def _tags(self) -> TagService:
        return self._cloud.find(TagService)


def _resource(request: ApiRequest, certificate_id: str) -> str:
    return f"qcs::ssl::uin/{request.uin}:certificate/{certificate_id}"
