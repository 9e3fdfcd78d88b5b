"""House rules as tests: who may import whom, one door per foreign package, sizes, names, words.

Each failure prints what to change.
"""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from cleaners.labels import LABELS, Safety
from cleaners.pipeline import CLEANERS

ROOT = Path(__file__).parent.parent
ROOMS = ("captures", "cleaners", "archive", "flows")
SOURCES = [path for room in (*ROOMS, "bench", "tests") for path in sorted((ROOT / room).rglob("*.py"))]
MAX_LINES = 300
MAX_FUNCTION_LINES = 60

MAY_IMPORT = {
    "captures": {"captures"},
    "cleaners": {"cleaners"},
    "archive": {"archive", "captures.values", "captures.buckets", "cleaners.values", "cleaners.labels"},
    "flows": {"flows", "archive", "captures", "cleaners"},
}
DOORS = {
    "prefect": {
        "flows/artifacts.py",
        "flows/backfill.py",
        "flows/blocks.py",
        "flows/deployments.py",
        "flows/fetch_flow.py",
        "flows/ingest.py",
        "flows/lineage.py",
        "flows/outcome.py",
        "flows/drift_flow.py",
        "flows/overlap.py",
        "flows/remote_shards.py",
        "flows/reviews.py",
        "flows/serving.py",
        "flows/task_runs.py",
        "flows/upkeep.py",
        "flows/zombies.py",
    },
    "distributed": {"flows/dask_shards.py"},
    "uvicorn": {"flows/serving.py"},
    "starlette": {"flows/serving.py"},
    "h11": {"captures/fetching/client.py"},
    "idna": {"captures/fetching/urls.py"},
    "lxml": {"captures/fetching/xml.py"},
    "protego": {"captures/fetching/robots.py"},
    "fastwarc": {"captures/headers.py"},
    "warcio": {"archive/warc.py"},
    "selectolax": {"cleaners/html/dom.py"},
    "trafilatura": {"cleaners/fallback.py"},
    "bs4": {"cleaners/html/marking.py"},
    "duckdb": {"archive/read.py"},
    "rensa": {"archive/sketches.py"},
    "pyiceberg": {"archive/iceberg.py"},
    "deltalake": {"archive/delta.py"},
    "obstore": {"captures/buckets.py"},
    "fsspec": {"archive/sql_files.py"},
    "ftfy": {"cleaners/repair.py"},
    "charset_normalizer": {"cleaners/detect.py"},
    "py3langid": {"cleaners/language.py"},
    "threadpoolctl": {"cleaners/tagger/threads.py"},
}
CORE_MAY_NOT = {
    "time",
    "random",
    "os",
    "logging",
    "socket",
    "subprocess",
    "urllib.request",
    "httpx",
    "requests",
}
FORBIDDEN_STEMS = {"utils", "util", "helpers", "helper", "common", "misc", "base"}


@cache
def nodes_of(path: Path) -> tuple[ast.AST, ...]:
    """Return every node of a file's syntax tree."""
    return tuple(ast.walk(ast.parse(path.read_text())))


@cache
def imports_of(path: Path) -> tuple[str, ...]:
    """Return the dotted name of every module a file imports, wherever in the file."""
    return tuple(_find_imports(path))


def _find_imports(path: Path) -> Iterator[str]:
    for node in nodes_of(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def room_of(path: Path) -> str:
    """Return the top folder a file stands in."""
    return path.relative_to(ROOT).parts[0]


def test_rooms_import_downwards_only() -> None:
    """The core imports nothing of ours; only flows see all rooms."""
    wrong = []
    for path in SOURCES:
        room = room_of(path)
        allowed = MAY_IMPORT.get(room)
        for module in imports_of(path):
            top = module.split(".")[0]
            if allowed is None or top not in (*ROOMS, "bench", "tests"):
                continue
            if top not in allowed and module not in allowed:
                wrong.append(
                    f"{path.relative_to(ROOT)} imports {module}; {room} may import {sorted(allowed)}"
                )
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("package", DOORS)
def test_one_door_per_foreign_package(package: str) -> None:
    """A foreign package is imported in one file of ours, so replacing it is one file's work."""
    users = {
        path.relative_to(ROOT).as_posix()
        for path in SOURCES
        if room_of(path) in ROOMS
        and any(m == package or m.startswith(package + ".") for m in imports_of(path))
    }
    assert users <= DOORS[package], f"move it behind {DOORS[package]}, or name the new door here"


def test_the_core_is_pure() -> None:
    """No clock, network, randomness, logging or environment in cleaners/."""
    wrong = [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in SOURCES
        if room_of(path) == "cleaners"
        for module in imports_of(path)
        if module in CORE_MAY_NOT
    ]
    assert not wrong, "\n".join(wrong)


def test_files_are_small_and_well_named() -> None:
    """No file over 300 lines, none named for having no subject."""
    wrong = []
    for path in SOURCES:
        lines = len(path.read_text().splitlines())
        if lines > MAX_LINES:
            wrong.append(f"{path.relative_to(ROOT)} has {lines} lines; split it by idea")
        if path.stem in FORBIDDEN_STEMS:
            wrong.append(f"{path.relative_to(ROOT)}: name the file for what it holds")
    assert not wrong, "\n".join(wrong)


def test_functions_are_short_and_take_few_arguments() -> None:
    """No function over 60 lines with its docstring; ruff counts statements, arguments, booleans."""
    wrong = []
    for path in SOURCES:
        for node in nodes_of(path):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.body[0].lineno + 1
                if length > MAX_FUNCTION_LINES:
                    wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name} is {length} lines")
    assert not wrong, "\n".join(wrong)


def test_every_public_thing_has_a_docstring() -> None:
    """Modules, classes, public functions and tests say what they are."""
    wrong = []
    for path in SOURCES:
        tree = ast.parse(path.read_text())
        if path.stat().st_size and not ast.get_docstring(tree):
            wrong.append(f"{path.relative_to(ROOT)}: no module docstring")
        wrong.extend(
            f"{path.relative_to(ROOT)}:{node.lineno} {node.name}: no docstring"
            for node in tree.body
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
            and not node.name.startswith("_")
            and not ast.get_docstring(node)
        )
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", LABELS)
def test_every_label_is_documented(name: str) -> None:
    """A label has a sentence and (but for blank) an example, and its row in docs/labels.md."""
    label = LABELS[name]
    assert label.meaning.endswith(".")
    assert label.example or name == "blank"
    row = f"| `{name}` | {label.safety.value} |"
    assert row in (ROOT / "docs/labels.md").read_text(), f"docs/labels.md lacks a row that begins {row}"


def test_labels_of_kind_d_are_the_story() -> None:
    """What no generic rule may remove stays as DEBRIS says: dateline, correction, caption and the text."""
    kept = {name for name, label in LABELS.items() if label.safety is Safety.D}
    assert {"body", "title", "dateline", "correction", "caption"} <= kept


@pytest.mark.parametrize("family", CLEANERS)
def test_every_cleaner_has_a_negative_case(family: str) -> None:
    """A cleaner that is tested only for what it removes is not finished."""
    module = CLEANERS[family].__module__
    cases = {path.stem for path in (ROOT / "tests/cases").rglob("*.toml")}
    tested = {
        f"{node.module}.{alias.name}" if node.module.count(".") < module.count(".") else node.module
        for path in (ROOT / "tests").glob("test_*.py")
        for node in nodes_of(path)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }
    assert module in tested or module.split(".")[-1] in cases, (
        f"no test imports {module}, no case file is named so"
    )


def test_lock_files_pin_with_hashes_and_name_no_host() -> None:
    """Pins with hashes, no index lines, no addresses: any registry that has the files will do."""
    for path in ROOT.glob("requirements*.lock"):
        text = path.read_text()
        assert not re.search(r"https?://|--index-url|--find-links", text), path.name
        pins = re.findall(r"^[a-z0-9].*==.*$", text, re.MULTILINE)
        assert len(pins) > 50
        assert all(pin.endswith("\\") for pin in pins), f"{path.name}: a pin without a hash"


def test_a_source_distribution_is_the_whole_checkout() -> None:
    """MANIFEST.in names every file and folder that setuptools would leave out: there `make test` runs too."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode or not listed.stdout:
        pytest.skip("not a git checkout")
    tracked = {name.partition("/")[0] for name in listed.stdout.splitlines()}
    named = set((ROOT / "MANIFEST.in").read_text().split())
    assert tracked - named - {*ROOMS, "README.md", "LICENSE", "MANIFEST.in", "pyproject.toml", ".ci"} == set()
