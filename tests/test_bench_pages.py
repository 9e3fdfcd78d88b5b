"""The gold sets are read as they are, split by site, and not trained on where that is forbidden."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bench.pages import (
    GOLD_SETS,
    EvaluateOnlyError,
    GoldPage,
    Selection,
    find_missing,
    fold_of,
    read_pages,
    read_training_pages,
    registered_domain,
)

_HTML = b"<html><body><nav>Home</nav><p>The bridge was closed on Tuesday.</p></body></html>"


def write_gold(folder: Path, name: str = "wcxb_dev", pages: int = 3) -> None:
    """Write a small gold set in the form of the real ones: pages and two of their renderings."""
    rows = [
        {
            "id": f"page-{number}",
            "url": f"https://news{number}.example.org/a",
            "html": _HTML,
            "gold_text": "The bridge was closed on Tuesday.",
            "gold_title": "Bridge closed",
            "gold_author": None,
            "gold_date": "2021-05-03",
            "gold_tags": ["bridges"],
            "gold_with": ["bridge was closed"],
            "gold_without": ["Home"],
            "page_type": "article",
            "language": "en",
            "extra": '{"domain": "example.org"}',
        }
        for number in range(pages)
    ]
    texts = [
        {
            "id": row["id"],
            "renderer": renderer,
            "text": "Home\n\nThe bridge was closed on Tuesday.",
            "line_gold": [0, -1, 1],
            "title_lines": [],
        }
        for row in rows
        for renderer in ("bs4", "inscriptis")
    ]
    pq.write_table(pa.Table.from_pylist(rows), folder / f"{name}.parquet")
    pq.write_table(pa.Table.from_pylist(texts), folder / (name + GOLD_SETS[name].text_suffix))


def test_pages_come_as_html_and_as_text_captures(tmp_path: Path) -> None:
    """Each page comes once as HTML and once for each renderer, with the same gold."""
    write_gold(tmp_path)
    pages = list(read_pages(Selection(tmp_path, ("wcxb_dev",))))
    assert [page.rendering for page in pages] == ["html"] * 3 + ["text:bs4", "text:inscriptis"] * 3
    assert {page.gold_text for page in pages} == {"The bridge was closed on Tuesday."}
    assert {page.media_type for page in pages[3:]} == {"text/plain"}
    assert pages[0].payload == _HTML
    assert (pages[3].payload.decode().split("\n")[2], pages[3].line_gold) == (
        "The bridge was closed on Tuesday.",
        (0, -1, 1),
    )


def test_text_captures_alone_have_their_gold(tmp_path: Path) -> None:
    """Leaving out the HTML does not leave out what is known of the page."""
    write_gold(tmp_path)
    pages = list(read_pages(Selection(tmp_path, ("wcxb_dev",), ("text:bs4",))))
    assert [(page.rendering, page.language, page.domain) for page in pages] == [
        ("text:bs4", "en", "example.org")
    ] * 3


def test_a_limit_spreads_over_the_set(tmp_path: Path) -> None:
    """A limit takes pages from the whole file, not its head."""
    write_gold(tmp_path, pages=9)
    pages = read_pages(Selection(tmp_path, ("wcxb_dev",), ("html",), limit=3))
    assert [page.page_id for page in pages] == ["page-0", "page-3", "page-6"]


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    """An absent folder or file is named; the rest is read."""
    assert "no folder" in find_missing(Selection(tmp_path / "nowhere"))[0]
    write_gold(tmp_path)
    missing = find_missing(Selection(tmp_path, ("wcxb_dev", "waddle_eval")))
    assert [line.split(":")[0] for line in missing] == [
        "skipped waddle_eval.parquet",
        "skipped waddle_eval.text.parquet",
    ]
    assert list(read_pages(Selection(tmp_path, ("waddle_eval",)))) == []


def test_nothing_is_trained_on_what_is_for_evaluation_only(tmp_path: Path) -> None:
    """The sets whose licence forbids training are refused, also among others."""
    write_gold(tmp_path, "waddle_eval")
    write_gold(tmp_path)
    assert not GOLD_SETS["waddle_eval"].trainable
    assert not GOLD_SETS["cleaneval_dev"].trainable
    with pytest.raises(EvaluateOnlyError, match="waddle_eval"):
        read_training_pages(Selection(tmp_path, ("wcxb_dev", "waddle_eval")))
    assert list(read_training_pages(Selection(tmp_path, ("wcxb_dev",))))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.b.example.co.uk/x?y", "example.co.uk"),
        ("www.example.org", "example.org"),
        ("http://127.0.0.1/x", None),
        ("not a url", None),
        (None, None),
    ],
)
def test_registered_domains(url: str | None, expected: str | None) -> None:
    """Subdomains of one registration are one site; what is no domain is None."""
    assert registered_domain(url) == expected


def test_folds_are_the_same_everywhere() -> None:
    """The fold of a site depends on its name alone, so results can be compared over time."""
    assert [fold_of(f"site{number}.example", 5) for number in range(8)] == [4, 4, 4, 4, 1, 1, 2, 0]


def test_a_digest_tells_renderings_apart() -> None:
    """The same bytes as HTML and as text, or in another language, are other work for a peer."""
    html = GoldPage("1", "wcxb_dev", "html", b"x", language="en")
    text = GoldPage("1", "wcxb_dev", "text:bs4", b"x", language="en")
    german = GoldPage("1", "wcxb_dev", "html", b"x", language="de")
    assert len({html.digest, text.digest, german.digest}) == 3
    assert html.digest == GoldPage("2", "fundus_dev", "html", b"x", language="en").digest
