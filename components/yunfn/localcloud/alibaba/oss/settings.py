"""A bucket's sub-resources: what each answers when unset, what it takes, who may touch it.

Carried out, too: cors, lifecycle, policy, encryption (told in headers), publicAccessBlock, versioning, worm and
bucketArchiveDirectRead. Kept and answered only: website, logging, referer, transferAcceleration, accessmonitor,
requestPayment, httpsConfig, responseHeader and userDefinedLogFieldsConfig.

Unset answers: read by terraform-provider-alicloud 1.285.0 (``resource_alicloud_oss_bucket*.go``,
``service_alicloud_oss_v2.go``); shapes and limits: OSS API reference, one page an operation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from yunfn.localcloud.alibaba.oss import setting_rules as rules
from yunfn.localcloud.alibaba.oss.exceptions import NoSuchConfiguration
from yunfn.localcloud.alibaba.oss.responses.encryption import check_rule
from yunfn.localcloud.alibaba.oss.xml_documents import document, leaf


@dataclass(frozen=True, slots=True)
class Setting:
    """One sub-resource.

    ``parameter`` is its query parameter, ``root`` the root element, ``noun`` what follows Get, Put and Delete in the
    operation's name, ``action`` the same in its RAM action. ``unset`` is the XML answered when it was never set, or the
    code and text of the 404. ``check`` raises for what OSS refuses and may complete the document.
    """

    parameter: str
    root: str
    noun: str
    action: str
    unset: str | tuple[str, str]
    check: Callable[[Element], None] | None = None
    deletable: bool = True

    def refuse_unset(self, bucket: str) -> NoSuchConfiguration:
        """The 404 for a sub-resource that was never set."""
        assert isinstance(self.unset, tuple)
        return NoSuchConfiguration(*self.unset, BucketName=bucket)


def _same(parameter: str, root: str, noun: str, unset: str | tuple[str, str], **more: object) -> Setting:
    return Setting(parameter, root, noun, noun, unset, **more)  # type: ignore[arg-type]


_ALL = (
    _same(
        "cors",
        "CORSConfiguration",
        "BucketCors",
        ("NoSuchCORSConfiguration", "The CORS Configuration does not exist."),
        check=rules.check_cors,
    ),
    _same(
        "website",
        "WebsiteConfiguration",
        "BucketWebsite",
        ("NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration."),
        check=rules.check_website,
    ),
    _same("logging", "BucketLoggingStatus", "BucketLogging", document("BucketLoggingStatus")),
    _same(
        "referer",
        "RefererConfiguration",
        "BucketReferer",
        document("RefererConfiguration", leaf("AllowEmptyReferer", True), "<RefererList/>"),
        deletable=False,
    ),
    _same(
        "lifecycle",
        "LifecycleConfiguration",
        "BucketLifecycle",
        ("NoSuchLifecycle", "No Row found in Lifecycle Table."),
        check=rules.check_lifecycle,
    ),
    Setting(
        "tagging",
        "Tagging",
        "BucketTags",
        "BucketTagging",
        document("Tagging", "<TagSet/>"),
        check=rules.check_tagging,
    ),
    _same(
        "encryption",
        "ServerSideEncryptionRule",
        "BucketEncryption",
        ("NoSuchServerSideEncryptionRule", "The server side encryption configuration was not found."),
        check=check_rule,
    ),
    _same(
        "transferAcceleration",
        "TransferAccelerationConfiguration",
        "BucketTransferAcceleration",
        ("NoSuchTransferAccelerationConfiguration", "The specified bucket does not have transfer acceleration set."),
        check=rules.switch("Enabled"),
        deletable=False,
    ),
    _same(
        "publicAccessBlock",
        "PublicAccessBlockConfiguration",
        "BucketPublicAccessBlock",
        document("PublicAccessBlockConfiguration", leaf("BlockPublicAccess", False)),
        check=rules.switch("BlockPublicAccess"),
    ),
    _same(
        "accessmonitor",
        "AccessMonitorConfiguration",
        "BucketAccessMonitor",
        document("AccessMonitorConfiguration", leaf("Status", "Disabled")),
        check=rules.one_of("Status", "Enabled", "Disabled"),
        deletable=False,
    ),
    _same(
        "requestPayment",
        "RequestPaymentConfiguration",
        "BucketRequestPayment",
        document("RequestPaymentConfiguration", leaf("Payer", "BucketOwner")),
        check=rules.one_of("Payer", "BucketOwner", "Requester"),
        deletable=False,
    ),
    _same(
        "httpsConfig",
        "HttpsConfiguration",
        "BucketHttpsConfig",
        ("NoSuchHttpsConfig", "The HTTPS configuration does not exist."),
        deletable=False,
    ),
    _same(
        "bucketArchiveDirectRead",
        "ArchiveDirectReadConfiguration",
        "BucketArchiveDirectRead",
        document("ArchiveDirectReadConfiguration", leaf("Enabled", False)),
        check=rules.switch("Enabled"),
        deletable=False,
    ),
    _same(
        "responseHeader",
        "ResponseHeaderConfiguration",
        "BucketResponseHeader",
        ("NoSuchResponseHeaderConfiguration", "The response header configuration does not exist."),
    ),
    _same(
        "userDefinedLogFieldsConfig",
        "UserDefinedLogFieldsConfiguration",
        "UserDefinedLogFieldsConfig",
        ("NoSuchUserDefinedLogFieldsConfig", "The user defined log fields configuration does not exist."),
    ),
)

SETTINGS: dict[str, Setting] = {setting.parameter: setting for setting in _ALL}
