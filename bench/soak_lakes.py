"""The same kills on Delta Lake and Iceberg tables: an append, then a mark that it was done.

Each writer appends batch after batch and notes the batch in a file afterwards, as a careful script
would. Restarted after a kill, it goes on behind the last note. A kill between append and note makes
rows twice; that is the design, and why our tables of lakes are made from parts by one committer.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from bench.soak_kills import KILLS_A_ROUND, Result
from bench.soak_writers import moments

BATCHES: Final = 40
BATCH_ROWS: Final = 10
MAX_KILL_SECONDS: Final = 0.5
_WRITER: Final = """
import sys, time
from pathlib import Path
import pyarrow as pa
kind, root, batches, rows = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
done = root / "done"
root.mkdir(exist_ok=True)
def table(number):
    ids = [f"{number}-{row}" for row in range(rows)]
    return pa.table({"capture_id": ids, "text": ["It stands. " * 20] * rows})
if kind == "delta":
    import deltalake
    def append(data):
        deltalake.write_deltalake(str(root / "table"), data, mode="append")
    def count():
        return deltalake.DeltaTable(str(root / "table")).to_pyarrow_table()
else:
    from pyiceberg.catalog.sql import SqlCatalog
    catalog = SqlCatalog("soak", uri=f"sqlite:///{root}/catalog.db", warehouse=f"file://{root}/table")
    catalog.create_namespace_if_not_exists("soak")
    def open_table():
        return catalog.create_table_if_not_exists("soak.rows", schema=table(0).schema)
    def append(data):
        open_table().append(data)
    def count():
        return open_table().scan().to_arrow()
(root / "ready").touch()
if sys.argv[5:] == ["count"]:
    import json
    ids = count().column("capture_id")
    print(json.dumps([len(ids), len(ids.unique())]))
else:
    first = int(done.read_text()) if done.exists() else 0
    for number in range(first, batches):
        append(table(number))
        done.with_suffix(".new").write_text(str(number + 1))
        done.with_suffix(".new").replace(done)
"""


def run_delta(kills: int) -> Result:
    """Kill writers of a Delta table."""
    return _run("delta", "deltalake", kills)


def run_iceberg(kills: int) -> Result:
    """Kill writers of an Iceberg table in a SQLite catalog."""
    return _run("iceberg", "pyiceberg", kills)


def _run(kind: str, package: str, kills: int) -> Result:
    result = Result(f"kill -9, {kind} append + mark", 0)
    if find_spec(package) is None:
        return result._replace(note=f"skipped: {package} is not installed")
    pauses = moments(MAX_KILL_SECONDS, seed=len(kind))
    rounds_with_doubles = rounds = 0
    while result.times < kills:
        with tempfile.TemporaryDirectory(prefix="strigil-soak-") as folder:
            root = Path(folder, "lake")
            for _ in range(KILLS_A_ROUND):
                writer = _start(kind, root)
                while writer.poll() is None and not (root / "ready").exists():
                    time.sleep(0.01)
                (root / "ready").unlink(missing_ok=True)
                time.sleep(next(pauses))
                os.kill(writer.pid, signal.SIGKILL)
                result = result._replace(times=result.times + (writer.wait() == -signal.SIGKILL))
            failed = _start(kind, root).wait()
            answer, _ = _start(kind, root, "count").communicate()
            rows, ids = json.loads(answer) if answer else (0, 0)
            twice = rows - ids
            rounds, rounds_with_doubles = rounds + 1, rounds_with_doubles + (twice > 0)
            result = result._replace(
                twice=result.twice + twice,
                lost=result.lost + BATCHES * BATCH_ROWS - ids,
                problems=result.problems + (failed != 0),
            )
    return result._replace(note=f"rows twice in {rounds_with_doubles} of {rounds} tables")


def _start(kind: str, root: Path, *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-W", "ignore", "-c", _WRITER, kind, str(root), str(BATCHES), str(BATCH_ROWS)]
    return subprocess.Popen([*command, *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
