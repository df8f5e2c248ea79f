"""Every service the local cloud has."""

from __future__ import annotations

from yunfn.localcloud.alibaba.bss import BssService
from yunfn.localcloud.alibaba.cms import CmsService
from yunfn.localcloud.alibaba.fc import FcService
from yunfn.localcloud.alibaba.kms import KmsService
from yunfn.localcloud.alibaba.location import LocationService
from yunfn.localcloud.alibaba.log import LogService
from yunfn.localcloud.alibaba.oss import OssService
from yunfn.localcloud.alibaba.ram import RamService
from yunfn.localcloud.alibaba.sts import StsService
from yunfn.localcloud.alibaba.tablestore import TablestoreService
from yunfn.localcloud.service import Service
from yunfn.localcloud.tencent.cam import CamService
from yunfn.localcloud.tencent.cls import ClsService
from yunfn.localcloud.tencent.cos import CosService
from yunfn.localcloud.tencent.kms import KmsService as TencentKmsService
from yunfn.localcloud.tencent.monitor import MonitorService
from yunfn.localcloud.tencent.scf import ScfService
from yunfn.localcloud.tencent.ssl import SslService
from yunfn.localcloud.tencent.sts import StsService as TencentStsService
from yunfn.localcloud.tencent.tag import TagService

# Services that others look up (``LocalCloud.find``) stand before those that look.
SERVICES: tuple[type[Service], ...] = (
    LocationService,
    BssService,
    RamService,
    StsService,
    KmsService,
    OssService,
    LogService,
    TablestoreService,
    FcService,
    CmsService,
    TagService,
    CamService,
    TencentStsService,
    TencentKmsService,
    SslService,
    CosService,
    ClsService,
    ScfService,
    MonitorService,
)
