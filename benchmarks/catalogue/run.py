"""The catalogue at the size of a century: searches, pages, imports and streams, each beside the plain way.

Usage: ``python benchmarks/catalogue/run.py --database postgresql+psycopg://... --rows 2000000`` (an empty database of a
server, or ``sqlite:////tmp/big.db``). Every ratio is measured in one run, in turns. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from typing import Any

from clients import searches_by_http, streaming, through_grpc, through_http, through_the_port
from imports import filled, imports
from inside import in_the_database, paging

from helioscribe.db import SqlCatalogue, migrate, open_engine


def asked_for() -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True, help="URL of an empty database")
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--queries", type=int, default=400)
    parser.add_argument("--processes", type=int, default=4, help="of the catalogue service, compared with one")
    parser.add_argument("--filled", action="store_true", help="the database is that of an earlier run")
    parser.add_argument("--only", help="names of steps, with commas between")
    return parser.parse_args()


def steps_of(given: argparse.Namespace) -> dict[str, Callable[[], Any]]:
    """Return what is done, in order."""
    url, some = given.database, given.queries // 4
    engine = open_engine(url)
    migrate(engine)
    catalogue = SqlCatalogue(engine)
    return {
        "fill": lambda: "earlier" if given.filled else filled(engine, given.rows),
        "search_in_database": lambda: in_the_database(engine, given.queries),
        "search_one_client": lambda: through_the_port(catalogue, given.queries, 1),
        "search_eight_threads": lambda: through_the_port(catalogue, some, 8),
        "hek_one_client": lambda: through_http(url, 50, 1),
        "hek_eight_clients": lambda: through_http(url, 10, 8),
        "searches_by_http": lambda: searches_by_http(url, some, 8),
        "grpc_one_process": lambda: through_grpc(url, some, 8, 1),
        "grpc_processes": lambda: through_grpc(url, some, 8, given.processes) if "postgres" in url else "Postgres only",
        "paging": lambda: paging(engine) if given.rows >= 1_000_000 else "too few rows",
        "streaming": lambda: streaming(catalogue),
        "imports": lambda: imports(engine, 20_000),
    }


def main() -> None:
    """Run everything, or what is asked for, on one database."""
    given = asked_for()
    result: dict[str, Any] = {"database": given.database.partition(":")[0], "load": os.getloadavg()}
    for name, step in steps_of(given).items():
        if not given.only or name in given.only.split(","):
            result[name] = step()
            print(name, result[name], file=sys.stderr, flush=True)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
