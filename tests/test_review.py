"""The review page: whole, escaped, bounded, the same each time, and true to the archive."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.archive import Archive
from cleaners import clean
from cleaners.ledger import Edit, Line, apply
from cleaners.values import CleanedPage, Fields, Status
from flows.plan import RunOptions
from flows.review import read_sample, write_review
from flows.review_capture import View, find_pieces, share_removed, to_article
from flows.review_numbers import Scope, read_numbers
from flows.review_page import MAX_PAGE_BYTES, to_page
from flows.run import run
from flows.stop import StopSwitch
from tests.strigil_command import query, strigil
from tests.test_markup import ANY_TEXT

ROOT = Path(__file__).parent.parent
VOID = {"meta", "input", "rect", "circle", "link", "br"}
HOSTILE = '</script><img src=x onerror="alert(1)">\u202egnp <!-- ]]> {{7*7}}'


class Reader(HTMLParser):
    """Reads a page and refuses what does not nest."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in a tag."""
        assert len(dict(attrs)) == len(attrs), f"{tag} has an attribute twice"
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in a tag that closes itself."""
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Close what was opened last."""
        assert self.open.pop() == tag


def read_html(page: str) -> Reader:
    """Return what is in a page, every tag of which is closed in order."""
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


def assert_harmless(page: str) -> None:
    """One script and one style, both ours by digest; nothing is loaded; ids stand once."""
    reader = read_html(page)
    names = [tag for tag, _ in reader.tags]
    assert names.count("script") == names.count("style") == 1
    assert not {"img", "iframe", "object", "embed", "link", "base"} & set(names)
    ids = [attributes["id"] for _, attributes in reader.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    for tag, attributes in reader.tags:
        assert not [name for name in attributes if name.startswith("on") or name in {"style", "src"}], tag
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy
    assert policy[1].startswith("default-src 'none'")
    for tag in ("script", "style"):
        inside = re.search(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        assert inside
        digest = base64.b64encode(hashlib.sha256(inside[1].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy[1]


@st.composite
def pages(draw: st.DrawFn) -> CleanedPage:
    """Return a page of any text, with edits that are sorted, disjoint and inside it."""
    source_text = draw(ANY_TEXT.map(lambda text: text.replace("\r", " ")))
    cuts = sorted(draw(st.sets(st.integers(0, len(source_text)), max_size=8)))
    edits = tuple(
        Edit(
            start,
            end,
            draw(st.sampled_from(["share", "repair"])),
            draw(ANY_TEXT),
            0.5,
            draw(st.text(max_size=3)),
        )
        for start, end in zip(cuts[::2], cuts[1::2], strict=False)
    )
    lines, at = [], 0
    for part in source_text.split("\n"):
        kept = draw(st.booleans())
        lines.append(Line(at, at + len(part), "body" if kept else "share", draw(ANY_TEXT), 0.5, kept))
        at += len(part) + 1
    text, removed = apply(source_text, edits)
    fields = Fields(title=draw(ANY_TEXT), tags=(draw(ANY_TEXT),))
    status = draw(st.sampled_from(list(Status)))
    return CleanedPage(
        text, source_text, edits, tuple(lines), fields, status, draw(ANY_TEXT), removed_text=removed
    )


@given(pages())
def test_pieces_are_before_and_after(page: CleanedPage) -> None:
    """Old and same pieces are the source line; and all that is new comes from an edit."""
    for line in page.lines:
        pieces = list(find_pieces(line, page.source_text, page.edits))
        before = "".join(piece.text for piece in pieces if piece.side != "new")
        assert before == page.source_text[line.start : line.end]
        same = "".join(piece.text for piece in pieces if piece.side == "same")
        inside = [edit for edit in page.edits if edit.start < line.end and edit.end > line.start]
        gone = sum(min(edit.end, line.end) - max(edit.start, line.start) for edit in inside)
        assert len(same) == line.end - line.start - gone


@settings(max_examples=40)
@given(pages(), ANY_TEXT)
def test_a_page_holds_any_text(page: CleanedPage, name: str) -> None:
    """Every tag closes, no text becomes one, and the file can be written."""
    html = to_page(name, name, [View(page, name, name, name, name)])
    assert_harmless(html)
    assert html.encode().decode() == html


def test_hostile_captures_are_shown_as_they_are() -> None:
    """Markup in a title, a URL and a text is text; an override is named; no link leads out of the web."""
    page = clean(f"{HOSTILE}\n\nThe bridge was closed on Tuesday after the storm, said {HOSTILE}.\n")
    html = to_page(HOSTILE, HOSTILE, [View(page, "javascript:alert(1)", HOSTILE)])
    assert_harmless(html)
    assert "<img" not in html
    assert "U+202E" in html
    assert "href" not in html
    assert html.count("</script>") == 1


def test_the_share_removed_is_between_none_and_all() -> None:
    """Also where a repair makes the text longer."""
    page = CleanedPage("aaaa", "a", (Edit(0, 1, "repair", "", 1.0, "aaaa"),), (), Fields(), Status.CLEANED)
    assert share_removed(page) == 0.0


def test_long_captures_are_cut_and_say_so() -> None:
    """A capture of a million characters takes no more room than a long one, and names the way to the rest."""
    text = "\n".join(f"The bridge was closed on day {number}." for number in range(30_000))
    lines, at = [], 0
    for part in text.split("\n"):
        lines.append(Line(at, at + len(part), "body", "", 1.0, kept=True))
        at += len(part) + 1
    page = CleanedPage(text, text, (), tuple(lines), Fields(), Status.CLEANED)
    article = to_article(1, View(page, "a.txt", capture_id="0" * 32))
    assert len(article) < 200_000
    assert f"more lines: strigil explain {'0' * 32}" in article
    html = to_page("many", "", [View(page, f"{number}.txt") for number in range(100)])
    assert len(html.encode()) < MAX_PAGE_BYTES
    assert "would make the page too large" in html


def luminance(color: str) -> float:
    """Return the relative luminance of ``#rrggbb``, as WCAG 2 defines it."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_colours_have_contrast(scheme: int) -> None:
    """Every colour of words has 4.5 : 1 on both grounds and on a mended stretch (WCAG AA)."""
    css = (ROOT / "flows/assets/review.css").read_text()
    palette = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", css.split("prefers-color-scheme")[scheme]))
    words = {"ink", "quiet", "kept", "gone", "link", "data", "way", "social", "offer", "others", "repeated"}
    assert words <= set(palette)
    pairs = [(one, ground) for one in words for ground in ("ground", "panel")] + [("ink", "fix")]
    for one, ground in pairs:
        low, high = sorted((luminance(palette[one]), luminance(palette[ground])))
        assert (high + 0.05) / (low + 0.05) >= 4.5, f"--{one} on --{ground}"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """Return an archive of the example captures."""
    opened = Archive.open(tmp_path_factory.mktemp("review") / "archive")
    run([str(ROOT / "examples/captures")], opened, RunOptions(workers=1), StopSwitch())
    return opened


def test_the_page_counts_what_the_archive_holds(archive: Archive) -> None:
    """Statuses, days and sites each add up to the captures; words are those of the edits."""
    numbers = read_numbers(archive, Scope())
    rows = query("select status, count(*) as captures from documents group by all", Path(archive.root))
    assert numbers.statuses == {row["status"]: row["captures"] for row in rows}
    assert sum(day.captures for day in numbers.days) == numbers.captures
    assert sum(site.captures for site in numbers.sites) == numbers.captures
    removed = query("select removed from edits where label <> 'repair'", Path(archive.root))
    assert sum(numbers.words_removed.values()) == sum(len(row["removed"].split()) for row in removed)
    assert sum(day.removed for day in numbers.days) == sum(numbers.words_removed.values())


def test_a_scope_keeps_to_its_site_and_days(archive: Archive) -> None:
    """One site's page has its captures only; a site nobody knows gives an empty one."""
    site = next(one for one in read_numbers(archive, Scope()).sites if one.name == "shore.example")
    assert read_numbers(archive, Scope(site="shore.example")).captures == site.captures
    assert {view.site for view in read_sample(archive, Scope(site="shore.example"), 50)} == {"shore.example"}
    assert read_numbers(archive, Scope(site="nowhere.example")).captures == 0
    day = read_numbers(archive, Scope()).days[0]
    assert read_numbers(archive, Scope(since=day.day, until=day.day)).captures == day.captures


def test_the_sample_is_the_same_each_time_and_spread(archive: Archive) -> None:
    """Asked twice it is the same; a small one begins a large one; every status is in it early."""
    few, many = read_sample(archive, Scope(), 4), read_sample(archive, Scope(), 50)
    assert [view.capture_id for view in many[:4]] == [view.capture_id for view in few]
    statuses = {view.page.status for view in many}
    assert len(statuses) > 2
    assert {view.page.status for view in many[: len(statuses)]} == statuses


def test_the_page_is_written_for_an_edition(archive: Archive, tmp_path: Path) -> None:
    """The file is whole, has every capture asked for, and the same bytes the second time."""
    first = write_review(archive.root, tmp_path / "a.html", captures=50)
    second = write_review(archive.root, tmp_path / "b.html", edition=archive.current_edition(), captures=50)
    html = first.read_text(encoding="utf-8")
    assert_harmless(html)
    assert html.count("<details") == read_numbers(archive, Scope()).captures
    assert "Removed most often" in html or "Words removed by label" in html
    assert second.read_bytes() == first.read_bytes()
    assert write_review(archive.root, tmp_path / "c.html", captures=0).read_text().count("<details") == 0


def test_report_and_explain_write_pages(archive: Archive, tmp_path: Path) -> None:
    """Both verbs write a page; explain takes a file, an id, and never writes over another file."""
    root = archive.root
    ended = strigil("report", "--archive", root, "--out", "seen.html", cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert_harmless((tmp_path / "seen.html").read_text(encoding="utf-8"))
    capture = read_sample(archive, Scope(), 1)[0].capture_id
    story = ROOT / "examples/captures/harbour-bridge.txt"
    for what in (capture, story):
        ended = strigil("explain", what, "--archive", root, "--html", "one.html", cwd=tmp_path)
        assert ended.returncode == 0, ended.stderr
        page = (tmp_path / "one.html").read_text(encoding="utf-8")
        assert_harmless(page)
        assert page.count("<details") == 1
    (tmp_path / "mine.txt").write_text("mine")
    assert strigil("explain", story, "--html", "mine.txt", cwd=tmp_path).returncode == 2
    assert (tmp_path / "mine.txt").read_text() == "mine"
    assert_harmless(strigil("explain", story, "--html", cwd=tmp_path).stdout)
    assert strigil("explain", story, "--html", "--json", cwd=tmp_path).returncode == 2
    assert strigil("report", "--archive", root, "--out", story / "x.html", cwd=tmp_path).returncode == 1
