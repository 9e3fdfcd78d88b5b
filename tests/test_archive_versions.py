"""Versions of one URL: what came, what went, what was rewritten, paragraph by paragraph."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.archive import Archive
from archive.linking import link_edition
from archive.read import query
from archive.versions import Changes, find_changes
from tests.test_archive_links import add, capture

BRIDGE = "The bridge was closed on Tuesday after the storm."
REOPENS = "The bridge was closed on Tuesday after the storm and opens on Friday."
TRAMS = "Trams run every ten minutes."
FERRY = "A ferry takes the children to school."

paragraphs = st.lists(st.sampled_from([BRIDGE, REOPENS, TRAMS, FERRY, "One.", "Two."]), max_size=8)


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ([BRIDGE], [BRIDGE], Changes([], [], [])),
        ([BRIDGE], [BRIDGE, TRAMS], Changes([TRAMS], [], [])),
        ([BRIDGE, TRAMS], [TRAMS], Changes([], [BRIDGE], [])),
        ([BRIDGE, TRAMS], [REOPENS, TRAMS], Changes([], [], [(BRIDGE, REOPENS)])),
        ([BRIDGE, TRAMS], [TRAMS, BRIDGE], Changes([], [], [])),
        ([BRIDGE, TRAMS], [FERRY], Changes([FERRY], [BRIDGE, TRAMS], [])),
        ([TRAMS, TRAMS], [TRAMS], Changes([], [TRAMS], [])),
        (
            ["桥在周二关闭了。"],
            ["桥在周三关闭了。"],
            Changes([], [], [("桥在周二关闭了。", "桥在周三关闭了。")]),
        ),
        (["桥在周二关闭了。"], ["市长今天辞职。"], Changes(["市长今天辞职。"], ["桥在周二关闭了。"], [])),
        (["  The  bridge. "], ["The bridge."], Changes([], [], [])),
    ],
)
def test_what_changed(before: list[str], after: list[str], changes: Changes) -> None:
    """Added, removed and rewritten are told apart; moving a paragraph and spacing it are no change."""
    assert find_changes("\n\n".join(before), "\n".join(after)) == changes


@given(paragraphs, paragraphs)
def test_changes_lead_from_the_old_text_to_the_new(before: list[str], after: list[str]) -> None:
    """Law: the old paragraphs without what went, with what came, are the new ones."""
    changes = find_changes("\n".join(before), "\n".join(after))
    left = sorted(before)
    for gone in [*changes.removed, *(old for old, _ in changes.changed)]:
        left.remove(gone)
    assert sorted([*left, *changes.added, *(new for _, new in changes.changed)]) == sorted(after)


def test_very_long_differences_are_not_compared_each_with_each() -> None:
    """Two texts of thousands of paragraphs that have nothing in common take no quadratic time."""
    before, after = ([f"{word} number {at}" for at in range(20_000)] for word in ("Old", "New"))
    changes = find_changes("\n".join(before), "\n".join(after))
    assert (len(changes.added), len(changes.removed), changes.changed) == (20_000, 20_000, [])


def test_versions_of_a_url(tmp_path: Path) -> None:
    """A row a capture of a page that was captured twice or more; a version is a text that differs."""
    archive = Archive.open(tmp_path)
    add(archive, [capture("page", f"{BRIDGE}\n{TRAMS}", 1), capture("other", BRIDGE, 1)])
    add(archive, [capture("page", f"{REOPENS}\n{TRAMS}", 3)])
    add(archive, [capture("page", f"{BRIDGE}\n{TRAMS}", 2)])
    add(archive, [capture("page", f"{REOPENS}\n{TRAMS}\n{FERRY}", 4)])
    link_edition(archive)
    rows = query(
        archive,
        """select url, dayofmonth(captured_at) as day, version, is_changed, added, removed, changed,
        previous_id = lag(capture_id) over (order by captured_at) as follows from versions order by 2""",
    )
    assert {row["url"] for row in rows} == {"http://news.example/page"}
    assert [tuple(row.values())[1:] for row in rows] == [
        (2, 1, False, [], [], [], None),
        (3, 1, False, [], [], [], True),
        (4, 2, True, [], [], [{"before": BRIDGE, "after": REOPENS}], True),
        (5, 3, True, [FERRY], [], [], True),
    ]
