"""Readers that poll while writers write and are killed: what they see is whole, or they say so."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Final

from bench.soak_kills import CAPTURES, Result
from bench.soak_writers import Job, State, ask, fork, kill, make_captures, moments

MAX_KILL_SECONDS: Final = 0.4
FIRST: Final = 10
_COUNT: Final = {
    "DuckDB": "import duckdb\n"
    "def count(path):\n"
    "    sql = f\"select count(*), count(distinct capture_id) from read_parquet('{path}/**/*.parquet')\"\n"
    "    return duckdb.sql(sql).fetchall()[0]",
    "pandas": "import pandas\n"
    "def count(path):\n"
    "    ids = pandas.read_parquet(path, columns=['capture_id', 'text'])['capture_id']\n"
    "    return len(ids), ids.nunique()",
    "pyarrow": "from pyarrow.dataset import dataset\n"
    "def count(path):\n"
    "    table = dataset(path, partitioning='hive').to_table(columns=['capture_id', 'text'])\n"
    "    return len(table), len(table.column('capture_id').unique())",
    "Polars": "import polars\n"
    "def count(path):\n"
    "    rows = polars.scan_parquet(f'{path}/**/*.parquet', hive_partitioning=True)\n"
    "    ids = rows.select('capture_id', 'text').collect()['capture_id']\n"
    "    return len(ids), ids.n_unique()",
}
_POLL: Final = """
import json, os, sys
path, least, stop = sys.argv[1], int(sys.argv[2]), sys.argv[3]
seen = {"ok": 0, "error": 0, "wrong": 0, "last": ""}
while not os.path.exists(stop):
    try:
        rows, ids = count(path)
    except BaseException as error:
        seen["error"] += 1
        seen["last"] = f"{type(error).__name__}: {error}"[:200]
        continue
    seen["ok" if rows == ids >= least else "wrong"] += 1
    least = max(least, rows)
print(json.dumps(seen))
"""


def run_readers(rounds: int) -> Result:
    """Let four readers count rows while a writer is killed and started again."""
    result = Result("readers during writes", 0)
    seen: dict[str, Counter[str]] = {name: Counter() for name in _COUNT}
    last = ""
    pauses = moments(MAX_KILL_SECONDS, seed=4)
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(prefix="strigil-soak-") as folder:
            job = Job(Path(folder, "archive"), make_captures(CAPTURES * 2), Path(folder, "acknowledged"))
            stop = Path(folder, "stop")
            ask(Job(job.root, job.captures[:FIRST], job.acknowledged).write)  # so that there is an edition
            path = next(job.root.glob("clean/*/data"))
            readers = {name: _start(code, path, stop) for name, code in _COUNT.items()}
            time.sleep(4)  # Python and its libraries start slowly
            ends = time.monotonic() + 4
            while time.monotonic() < ends:
                pid = fork(job.write)
                time.sleep(next(pauses))
                kill([pid])
            stop.touch()
            for name, reader in readers.items():
                output, _ = reader.communicate(timeout=120)
                found = json.loads(output) if reader.returncode == 0 else {"error": 1, "last": "it died"}
                last = str(found.pop("last", "")) or last
                seen[name].update(found)
            state = ask(job.state)
            result = result._replace(
                times=result.times + 1,
                torn=result.torn + job.torn_parts(),
                lost=result.lost + job.lost_acknowledged(),
            ).plus(State(*state) if state else None)
    wrong = sum(counts["wrong"] + counts["error"] for counts in seen.values())
    reads = ", ".join(f"{name} {counts['ok']} reads" for name, counts in seen.items())
    return result._replace(problems=result.problems + wrong, note=f"{reads} {last}".strip())


def _start(code: str, path: Path, stop: Path) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", code + _POLL, str(path), str(FIRST), str(stop)]
    return subprocess.Popen(
        words, stdout=subprocess.PIPE, text=True, env=dict(os.environ, POLARS_MAX_THREADS="1")
    )
