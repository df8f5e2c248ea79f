"""Temporary credentials from the clouds: the halves of ``yunfn.access.sts`` that ask their STS.

Neither cloud's SDK is imported before it is needed: ``yunfn.credentials.alibaba``, ``yunfn.credentials.tencent``.
"""
