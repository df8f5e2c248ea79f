"""Run by every Python inside an instance at its start: makes certifi trust the local cloud's CA."""

import yunfn_local_trust  # type: ignore[import-not-found]

yunfn_local_trust.install()
