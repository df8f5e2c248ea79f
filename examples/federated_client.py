#!/usr/bin/env python3
"""A data-holding client of the federated stack: reads a table of Tablestore by temporary credentials.

It takes the reading role for 900 s, cut to that one table, and gets new credentials before those end, in the middle of
a table too. What it lacks is told by name before Tablestore is asked; what the service refuses all the same is told
with API, table, missing right and request id, whatever thread met it.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from federated_tables import BATCH, Refused, Source, Tables
from yunfn.access import Grant, ots, sts
from yunfn.access.grammar import RAM
from yunfn.credentials.alibaba import AlibabaTokens
from yunfn.exceptions import ExpiredCredentialsError, MissingRightsError, YunfnError
from yunfn.storage import alibaba_session

FAILED, NOT_ASKED, DENIED, ENDED = 1, 3, 4, 5
EPILOG = """\
exit codes: 0 all was read; 1 something failed; 2 wrong usage; 3 a right is missing, and Tablestore was not asked;
            4 Tablestore denied a call; 5 the credentials ended, or were not believed

example: python examples/federated_client.py --instance fc-data --role acs:ram::1234567890123456:role/reader
example: python examples/federated_client.py --instance fc-data --credentials key.json --also write
"""


@dataclass(frozen=True)
class HandedOver:
    """Credentials that somebody else got, by ``yunfn sts assume --file``: nobody here can renew them."""

    credentials: sts.Credentials

    def current(self) -> sts.Credentials:
        """Them, until they end; raises ExpiredCredentialsError."""
        return self.renew(self.credentials) if self.credentials.expired() else self.credentials

    def renew(self, refused: sts.Credentials) -> sts.Credentials:
        """Raises ExpiredCredentialsError."""
        raise ExpiredCredentialsError(repr(refused), "whoever handed them over can get others")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table's rows as JSON lines; returns the exit code."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    region = chosen.region or os.environ.get("ALIBABA_CLOUD_REGION")
    if not chosen.endpoint and not region:
        parser.error("where is the instance? give --endpoint or --region")
    try:
        source = _source(chosen)
        held = source.current()
        print(f"credentials until {held.expiration:%Y-%m-%dT%H:%M:%SZ}", file=sys.stderr)
        if not chosen.anyway:
            held.require(_wanted(chosen))
        endpoint = chosen.endpoint or f"https://{chosen.instance}.{region}.ots.aliyuncs.com"
        _work(chosen, Tables(source, endpoint, chosen.instance, chosen.threads))
    except Refused as error:
        return _tell(str(error), DENIED if error.denied else ENDED if error.ended else FAILED)
    except MissingRightsError as error:
        told = [f"{error.who}: Tablestore was not asked; missing rights:", *error.missing]
        return _tell("\n  ".join(told), NOT_ASKED)
    except ExpiredCredentialsError as error:
        return _tell(str(error), ENDED)
    except (YunfnError, OSError) as error:
        return _tell(str(error), FAILED)
    return 0


def _source(chosen: argparse.Namespace) -> Source:
    if chosen.credentials:
        return HandedOver(sts.Credentials.load(chosen.credentials))
    policy = sts.session_policy([ots.read_only(chosen.instance, chosen.table)], RAM)
    request = sts.SessionRequest(policy, chosen.role, "federated-client", chosen.duration)
    tokens = AlibabaTokens(alibaba_session.from_environment(chosen.region))
    return sts.RefreshingCredentials(tokens, request, margin=chosen.margin)


def _wanted(chosen: argparse.Namespace) -> list[Grant]:
    """What the chosen work needs."""
    wanted = [ots.read_only(chosen.instance, table) for table in (chosen.table, *chosen.also_table)]
    return [*wanted, *(ots.write(chosen.instance, chosen.table) for _ in chosen.also)]


def _work(chosen: argparse.Namespace, tables: Tables) -> None:
    for table in (chosen.table, *chosen.also_table):
        count = 0
        for row in tables.rows(table, chosen.page):
            print(json.dumps(row, ensure_ascii=False))
            count += 1
        print(f"{count} rows of {table}", file=sys.stderr)
    if "write" in chosen.also:
        tables.mark(chosen.table)
        print(f"wrote a row to {chosen.table}", file=sys.stderr)


def _tell(words: str, code: int) -> int:
    print(f"error: {words}", file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description="Read a table of Tablestore by temporary credentials; rows go to standard output as JSON lines.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("--role", help="ARN of the reading role, which the environment's RAM user may take")
    who.add_argument("--credentials", type=Path, metavar="FILE", help="what `yunfn sts assume --file` wrote")
    parser.add_argument("--instance", required=True, help="the instance of Tablestore")
    parser.add_argument("--table", default="wefe_process", help="the table (default: wefe_process)")
    parser.add_argument("--endpoint", default=os.environ.get("OTS_ENDPOINT"), help="default: OTS_ENDPOINT")
    parser.add_argument("--region", help="default: ALIBABA_CLOUD_REGION")
    parser.add_argument("--duration", type=int, default=900, help="how long the credentials live, s (default: 900)")
    parser.add_argument("--margin", type=float, help="s before their end to renew them (default: 300, or a third)")
    parser.add_argument(
        "--threads", type=int, default=4, choices=range(1, 65), metavar="1-64", help="that read at a time (default: 4)"
    )
    parser.add_argument(
        "--page", type=int, default=BATCH, choices=range(1, BATCH + 1), metavar="1-100", help="rows of a call"
    )
    parser.add_argument("--also", action="append", default=[], choices=["write"], help="write a row to it, too")
    parser.add_argument("--also-table", action="append", default=[], metavar="NAME", help="read this one, too")
    parser.add_argument("--anyway", action="store_true", help="ask Tablestore even where a right is missing")
    return parser


if __name__ == "__main__":
    sys.exit(main())
