"""``strigil demo``: the first minute."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from flows.cli_clean import clean_sources
from flows.cli_options import DEFAULT_ARCHIVE, ArchiveOption, archive_option, stdout
from flows.errors import FlowError

if TYPE_CHECKING:
    from archive.archive import Archive

EXAMPLES = Path(__file__).resolve().parent.parent / "examples" / "captures"

_NEXT = (
    "{strigil} explain {capture}",
    '{strigil} sql "select label, count(*) as lines from edits group by label order by lines desc"{archive}',
    "{strigil} verify{archive}",
    "{python} -c \"import duckdb; print(duckdb.read_parquet('{data}/**/*.parquet'))\"",
)


def demo(archive: ArchiveOption = DEFAULT_ARCHIVE) -> None:
    """Clean the example captures that come with strigil, and show what came out.

    Example: strigil demo
    """
    if not EXAMPLES.is_dir():
        raise FlowError(
            "The example captures come with the source of strigil, not with the installed package. "
            "Clean something of yours, strigil clean SOURCE, or run make demo in the source."
        )
    from archive.archive import Archive
    from flows.plan import RunOptions

    report = clean_sources([str(_shown(EXAMPLES))], archive, RunOptions())
    names = {
        "strigil": "strigil" if shutil.which("strigil") else _shown(Path(sys.argv[0])),
        "python": "python" if shutil.which("python") == sys.executable else _shown(Path(sys.executable)),
        "capture": _shown(min(EXAMPLES.glob("*.txt"))),
        "archive": archive_option(archive),
        "data": _data(Archive.open(archive)),
    }
    console = stdout()
    console.print("Try next", style="bold")
    for command in _NEXT:
        console.print(f"  {command.format(**names)}", style="cyan", markup=False, soft_wrap=True)
    console.print(f"DuckDB, Polars, pandas and Spark read {names['data']} as it is.", soft_wrap=True)
    if not report.is_complete:
        raise typer.Exit(1)


def _data(archive: Archive) -> str:
    """Return where the parts are, as short as it can be written."""
    return archive.data_path() if archive.root.startswith("s3://") else str(_shown(Path(archive.data_path())))


def _shown(path: Path) -> Path:
    """Return a path as short as it can be written from here."""
    here, path = Path.cwd(), path.absolute()
    return path.relative_to(here) if path.is_relative_to(here) else path
