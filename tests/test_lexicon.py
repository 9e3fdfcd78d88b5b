"""The lexicons hold what they promise, and the matcher touches whole lines only."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaners.errors import LexiconError
from cleaners.labels import LABELS
from cleaners.lexicon import Lexicon, find, find_phrases, load_lexicons, to_lexicon, verify_lexicon
from cleaners.segment import fold, to_page

GOOD: dict[str, Any] = {
    "id": "short-url",
    "language": "en",
    "patterns": ["Get short URL", "{n} shares of {n}"],
    "why": "Button under a headline.",
    "matches": ["GET SHORT URL"],
    "spares": ["Get short URL services keep dying."],
}
LEAD: dict[str, Any] = GOOD | {"id": "read-also", "form": "lead", "patterns": ["Read also"]}
START: dict[str, Any] = GOOD | {
    "id": "notice",
    "form": "start",
    "max_chars": 40,
    "patterns": ["This site uses"],
}


def lexicon_of(label: str, *entries: dict[str, Any]) -> Lexicon:
    """Return the lexicon of one file with these entries."""
    return to_lexicon({label: {"phrase": list(entries)}})


def test_every_example_of_every_phrase_holds() -> None:
    """All matches are found under their own reason; no spare is found under its label."""
    assert list(verify_lexicon()) == []


def test_every_file_names_a_label_and_every_entry_says_why() -> None:
    """Each phrase can be looked up: a label of ours, a reason that starts with it, a sentence."""
    for phrase in load_lexicons().phrases:
        assert phrase.label in LABELS
        assert phrase.reason.startswith(phrase.label + "/")
        assert phrase.why.endswith("."), phrase.name


@pytest.mark.parametrize(
    "label",
    [
        "share", "print", "font_size", "listen_live", "player", "comment_prompt", "comment", "community",
        "counter", "poll", "typo_report", "ad", "app_promo", "donation", "cookie", "newsletter", "paywall",
    ],
)  # fmt: skip
def test_each_kind_speaks_fifteen_languages(label: str) -> None:
    """A kind of debris known in English alone would clean English alone."""
    languages = {phrase.language.split("-")[0] for phrase in load_lexicons().phrases if phrase.label == label}
    assert len(languages) >= 15, sorted(languages)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("    Get short URL", "share/short-url"),
        ("Listen Live", "listen_live/live"),
        ("    Please enter your comment!", "comment_prompt/message"),
        ("Please enter your name here", "comment_prompt/message"),
        ("Community standards", "community/rules"),
        ("Discussion", "community/discussion"),
        ("Короткая ссылка", "share/short-url"),
        ("1.2K shares", "counter/shares"),
        ("3 likes, 1.2K shares", "counter/shares"),
        ("Reading time:1 mins read", "counter/reading-time"),
        ("0 seconds of 30 seconds", "player/control"),
        ("=== Anzeige / Sponsorenhinweis ===", "ad/marker"),
        ("【广告】", "ad/marker"),
        ("SPONSORLU İÇERİK", "ad/marker"),
        ("ΔΙΑΦΗΜΙΣΗ", "ad/marker"),
        ("PUBLICIDAD", "ad/marker"),
        ("Kommentar melden", "community/report"),
        ("Что думаешь? Оцени!", "poll/vote"),
        ("You are not currently logged in", "paywall/gate"),
    ],
)
def test_debris_seen_in_the_wild_is_found(line: str, reason: str) -> None:
    """Lines that real captures hold, in the spelling they have there."""
    assert [span.reason for span in find(to_page(line))] == [reason]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "It is necessary to negotiate.",
        '"We use a cookie cutter for the gingerbread," she said.',
        "Advertisement spending rose by six per cent last year.",
        "The short URL: how four characters changed the way we read the news and what comes after them",
        "12 votes",
        "10:15",
        "2:1",
        "A",
        "2024",
        "WASHINGTON, Dec 11 (Reuters) - Shares fell on Friday.",
    ],
)
def test_story_lines_are_left_alone(line: str) -> None:
    """Sentences, scores, clocks, drop capitals and datelines are no debris of the lexicon."""
    assert list(find(to_page(line))) == []


def test_a_span_covers_its_whole_line_with_its_indent() -> None:
    """Offsets are those of the source text, so that the removal takes the line and no more."""
    text = "One.\n    Get short URL\nTwo."
    (span,) = find_phrases(lexicon_of("share", GOOD), to_page(text))
    assert text[span.start : span.end] == "    Get short URL"


def test_a_lead_yields_what_follows_its_colon_for_labels_with_a_field() -> None:
    """The headline after "Read also:" becomes a field; a share button has none."""
    for label, value in (("related", "Ferry runs: at last"), ("share", None)):
        (span,) = find_phrases(lexicon_of(label, LEAD), to_page("**Read also:** Ferry runs: at last"))
        assert (span.reason, span.value) == (f"{label}/read-also", value)


def test_a_lead_needs_its_colon_and_stands_at_the_start() -> None:
    """A sentence with the words of a lead, or with a colon later on, is a sentence."""
    lexicon = lexicon_of("related", LEAD)
    for line in (
        "Read also what he wrote",
        "He said: Read also: this",
        "Read also the rest: all of it",
        "a" * 80 + ":",
    ):
        assert list(find_phrases(lexicon, to_page(line))) == []


@pytest.mark.parametrize(
    ("line", "is_found"),
    [
        ("This site uses cookies.", True),
        ("THIS SITE USES", True),
        ("This site usesless", False),
        ("This site uses " + "more " * 10, False),
        ("And this site uses cookies.", False),
    ],
)
def test_a_start_takes_whole_words_of_short_lines(line: str, *, is_found: bool) -> None:
    """A notice begins with the wording, ends a word there, and is no longer than a notice."""
    assert bool(list(find_phrases(lexicon_of("cookie", START), to_page(line)))) is is_found


def test_a_start_needs_no_space_where_the_script_has_none() -> None:
    """Japanese and Chinese run on without a gap after the wording."""
    lexicon = lexicon_of("cookie", START | {"patterns": ["当サイトではCookieを"]})
    assert list(find_phrases(lexicon, to_page("当サイトではCookieを使用しています")))


@pytest.mark.parametrize("number", ["7", "1,024", "5.6K", "3M", "1 234", "1\u202f234"])
def test_a_number_stands_for_any_number(number: str) -> None:
    """{n} covers the ways a page abbreviates and groups digits, twice in one wording too."""
    lexicon = lexicon_of("share", GOOD)
    assert list(find_phrases(lexicon, to_page(f"{number} shares of {number}")))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"spares": []}, "spares must list"),
        ({"matches": ["two\nlines"]}, "matches must list"),
        ({"why": " "}, "why must be"),
        ({"form": "middle"}, "'middle' is none of"),
        ({"score": 0}, "score 0 is not in"),
        ({"max_chars": 20}, "max_chars belongs to"),
        ({"form": "start"}, "max_chars belongs to"),
        ({"colour": "red"}, "colour"),
        ({"patterns": ["A-"]}, "too little to be sure"),
        ({"patterns": ["{n}"]}, "too little to be sure"),
        ({"form": "start", "max_chars": 9, "patterns": ["The"]}, "too little to be sure"),
    ],
)
def test_a_bad_entry_is_refused(change: dict[str, Any], said: str) -> None:
    """Each fault of an entry is named in words."""
    with pytest.raises(LexiconError, match="bad entries") as caught:
        lexicon_of("share", GOOD | change)
    assert said in caught.value.problems[0]


def test_all_bad_entries_are_reported_together() -> None:
    """One run shows everything there is to mend, over all files."""
    tables: dict[str, dict[str, Any]] = {
        "share": {"phrase": [GOOD, GOOD | {"score": 2}]},
        "print": {"phrase": [GOOD]},
        "colour": {"phrase": []},
    }
    with pytest.raises(LexiconError) as caught:
        to_lexicon(tables)
    problems = "\n".join(caught.value.problems)
    for part in (
        "colour.toml: no such label",
        "share.toml, phrase 2 (short-url)",
        "'get short url' is also in",
    ):
        assert part in problems


def test_an_example_that_does_not_hold_is_reported() -> None:
    """A match nobody finds and a spare that is found are problems, each with its text."""
    wrong = GOOD | {"matches": ["Get long URL"], "spares": ["get short url…"]}
    problems = list(verify_lexicon(lexicon_of("share", wrong)))
    assert [("Get long URL" in p, "get short url…" in p) for p in problems] == [(True, False), (False, True)]


@given(st.sampled_from(sorted(load_lexicons().line)))
def test_a_folded_wording_is_its_own_key(key: str) -> None:
    """Law: folding is idempotent on the lexicon, so a key can be looked up by itself."""
    assert fold(key) == key


@given(st.text(max_size=200))
def test_spans_are_whole_lines_of_any_text(text: str) -> None:
    """Law: whatever comes in, a span is exactly one line of it and its label is ours."""
    page = to_page(text)
    lines = set(zip(page.starts, page.ends, strict=True))
    for span in find(page):
        assert (span.start, span.end) in lines
        assert span.label in LABELS
