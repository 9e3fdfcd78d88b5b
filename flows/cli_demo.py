"""``strigil demo``: the first minute."""

from __future__ import annotations

from pathlib import Path

import typer

from flows.cli_clean import clean_sources
from flows.cli_options import DEFAULT_ARCHIVE, ArchiveOption, stdout
from flows.errors import FlowError

EXAMPLES = Path(__file__).resolve().parent.parent / "examples" / "captures"

_NEXT = (
    "strigil explain {capture}",
    'strigil sql "select label, count(*) as lines from edits group by label order by lines desc"{option}',
    "strigil verify{option}",
    "duckdb -c \"select title, published_at from '{parquet}'\"",
    "python -c \"import polars; print(polars.read_parquet('{parquet}'))\"",
)


def demo(archive: ArchiveOption = DEFAULT_ARCHIVE) -> None:
    """Clean the example captures that come with strigil, and show what came out.

    Example: strigil demo
    """
    if not EXAMPLES.is_dir():
        raise FlowError(
            f"The example captures are not at {EXAMPLES}: they come with the source, not with the package. "
            "Clean something of yours: strigil clean SOURCE"
        )
    from archive.archive import Archive  # noqa: PLC0415
    from flows.plan import RunOptions  # noqa: PLC0415

    report = clean_sources([str(_shown(EXAMPLES))], archive, RunOptions())
    data = _shown(Archive.open(archive).data_path())
    first = min(path for path in EXAMPLES.rglob("*") if path.suffix in {".txt", ".html"})
    option = "" if archive == DEFAULT_ARCHIVE else f" --archive {archive}"
    console = stdout()
    console.print("Try next", style="bold")
    for pattern in _NEXT:
        command = pattern.format(capture=_shown(first), option=option, parquet=f"{data}/**/*.parquet")
        console.print(f"  {command}", style="cyan", markup=False, soft_wrap=True)
    if not report.is_complete:
        raise typer.Exit(1)


def _shown(path: Path) -> Path:
    """Return a path as short as it can be written from here."""
    here = Path.cwd()
    path = path.resolve()
    return path.relative_to(here) if path.is_relative_to(here) else path
