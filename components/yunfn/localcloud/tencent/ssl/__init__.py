"""SSL Certificates: certificates that custom domains bring, by their ids."""

from yunfn.localcloud.tencent.ssl.service import SslService

__all__ = ["SslService"]
