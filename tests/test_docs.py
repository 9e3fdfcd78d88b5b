"""What the documents say holds: recipes run, the data dictionary is complete, commands exist."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from archive import lake
from archive.archive import Archive
from archive.linking import link_edition
from archive.read import query
from archive.schema import describe_schema
from cleaners import Policy, clean
from cleaners.case import BARS
from flows.plan import RunOptions
from flows.run import run
from flows.stop import StopSwitch
from tests.test_cli_help import VERBS

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
RECIPES = re.findall(r"```sql\n(.*?)```", (ROOT / "docs/archive.md").read_text(), re.DOTALL)
PROGRAMS = re.findall(r"```python\n(.*?)```", (ROOT / "docs/archive.md").read_text(), re.DOTALL)
PIER = (
    "The old pier will stay closed until the first week of June, the harbour master said on Friday.",
    "Divers found that eleven of the forty oak piles have rotted below the water line since the last survey.",
    "“We will not let anybody walk on it before the last pile has been replaced,” he said in the town hall.",
    "The ferry leaves from the new quay every hour, from seven in the morning until eight at night.",
)


@pytest.fixture(scope="module")
def example_archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """Return an archive of the example captures."""
    folder = tmp_path_factory.mktemp("examples")
    archive = Archive.open(folder / "news")
    pages = [
        ("pier", 1, PIER[:3]),
        ("pier", 2, PIER),
        ("copy-of-pier", 3, PIER),
        ("pier-again", 4, (*PIER[:3], PIER[3].replace("eight", "nine"))),
        ("master", 5, (PIER[2], "It was his last word on the matter, and the council did not ask for more.")),
    ]
    rows = [
        {
            "url": f"https://shore.example/news/{name}",
            "captured_at": f"2024-05-0{day}",
            "text": "\n".join(text),
        }
        for name, day, text in pages
    ]
    (folder / "pier.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    sources = [str(ROOT / "examples/captures"), str(folder / "pier.jsonl")]
    run(sources, archive, RunOptions(workers=1), StopSwitch())
    link_edition(archive)
    return archive


@pytest.mark.parametrize("recipe", RECIPES)
def test_recipes_give_rows(example_archive: Archive, recipe: str) -> None:
    """Every recipe runs on the example captures, and finds something there."""
    assert query(example_archive, recipe)


def test_the_readme_reads_the_files(example_archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """The question in README.md is answered by the files alone, whatever else lies beside them."""
    monkeypatch.chdir(Path(example_archive.root).parent)
    [sql] = re.findall(r"```sql\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert query(example_archive, sql)


def test_programs_read_the_archive(example_archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is said for other tools runs beside an archive called ``news``, and each sees a day as a date."""
    monkeypatch.chdir(Path(example_archive.root).parent)
    names: dict[str, Any] = {}
    exec(PROGRAMS[1], names)  # noqa: S102 - our own document
    assert len(names["frame"]) == len(names["table"]) == names["days"]["len"].sum() > 10
    days = set(names["days"]["capture_date"])
    assert days == {*names["table"]["capture_date"].to_pylist()} == {*names["frame"]["capture_date"]}
    assert {type(day) for day in days} == {date}


def test_the_program_for_iceberg_finds_the_table(
    example_archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is said of the catalog opens what ``strigil publish`` made."""
    monkeypatch.chdir(Path(example_archive.root).parent)
    lake.publish(example_archive, "iceberg", Path("lake/news"))
    names: dict[str, Any] = {}
    exec(PROGRAMS[0], names)  # noqa: S102 - our own document
    assert len(names["urls"]) == query(example_archive, "select count(*) as n from documents")[0]["n"]


def test_there_are_recipes() -> None:
    """The recipes are found: an empty list would pass."""
    assert len(RECIPES) >= 11
    assert len(PROGRAMS) == 2


def test_every_column_is_in_the_data_dictionary() -> None:
    """docs/archive.md names each column with the description that the files carry."""
    text = (ROOT / "docs/archive.md").read_text()
    *columns, day = describe_schema()["columns"]
    assert [
        c["name"] for c in columns if f"| `{c['name']}` |" not in text or c["description"] not in text
    ] == []
    assert f"`{day['name']}`" in text


def test_the_bars_are_as_written() -> None:
    """docs/how-it-decides.md gives the bars of each kind as the code has them."""
    text = (ROOT / "docs/how-it-decides.md").read_text()
    policies = (Policy.STRICT, Policy.BALANCED, Policy.LENIENT)
    for kind in "abc":
        bars = " | ".join(str(getattr(BARS[policy], kind)) for policy in policies)
        assert re.search(rf"^\| {kind.upper()} \|.*\| {re.escape(bars)} \|$", text, re.MULTILINE), bars


def test_links_lead_somewhere() -> None:
    """Every relative link of every document points to a file."""
    broken = [
        f"{document.name}: {target}"
        for document in DOCUMENTS
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", document.read_text())
        if not (document.parent / target).exists()
    ]
    assert not broken


def test_the_readme_is_a_table_of_contents() -> None:
    """README.md names every verb of the command and links to every document."""
    text = (ROOT / "README.md").read_text()
    code = re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL)
    named = {word for span in code for word in re.findall(r"[a-z-]+", span)}
    assert sorted({*VERBS} - named) == []
    assert [path.name for path in DOCUMENTS[2:] if f"(docs/{path.name})" not in text] == []


def test_the_readme_shows_what_happens() -> None:
    """The page before and the fields after, in README.md, are what ``clean`` does."""
    text = (ROOT / "README.md").read_text()
    before = re.search(r"```\n(09:11.*?)```", text, re.DOTALL)
    assert before
    page = clean(before[1])
    assert page.fields.section == "Northern Europe"
    assert page.fields.tags == ("bridge", "ferry", "port authority")
    assert len(page.fields.related) == 2
    assert page.fields.page_clock
    assert page.fields.published_at is None
    assert page.text.startswith("The old bridge will stay closed")
    assert page.text.endswith("said its chief engineer.")
    assert page.rebuild() == before[1]
