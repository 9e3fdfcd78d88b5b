"""The closed set of labels: what a line can be, how safely it may go, where it is lifted to.

``Safety`` says what it takes to remove a line of that label:

* ``A``: one piece of evidence on the whole line is enough;
* ``B``: two independent pieces are needed (wording, place in the page, structure, the model);
* ``C``: data. The line leaves the text and its value becomes a field;
* ``D``: part of the story. Never removed by a generic rule, only by a person's site rule; a caption also
  where the page's markup sets it apart.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple


class Safety(StrEnum):
    """How much evidence the removal of a label needs."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


class Label(NamedTuple):
    """One kind of line: its safety, what it is in one sentence, and an example."""

    safety: Safety
    meaning: str
    example: str


_A, _B, _C, _D = Safety.A, Safety.B, Safety.C, Safety.D

LABELS: Final[dict[str, Label]] = {
    "body": Label(_D, "The story itself.", "The bridge was closed on Tuesday."),
    "title": Label(_D, "The headline of the story; kept, and a field.", "Bridge closed after storm"),
    "subtitle": Label(_D, "A deck under the headline.", "Commuters face a week of detours"),
    "byline": Label(_C, "Who wrote the story.", "By Jane Doe"),
    "dateline": Label(_D, "Place and date that open a wire story.", "OSLO, Dec 11 (NTB) - Trams stopped."),
    "published": Label(_C, "When the story was published.", "Published: 3 May 2021, 10:15"),
    "updated": Label(_C, "When the story was last changed.", "Last updated 4 May 2021"),
    "section": Label(_C, "The section of the site the story stands in.", "Middle East"),
    "tags": Label(_C, "Key words of the story.", "storm, bridges, Oslo, transport"),
    "caption": Label(_D, "What a picture shows.", "The bridge on Tuesday morning."),
    "credit": Label(_C, "Who made a picture or worked on the story.", "Photo: Jane Doe"),
    "correction": Label(
        _D, "A correction, clarification or editor's note.", "Correction: an earlier version"
    ),
    "page_clock": Label(
        _C, "The clock of the site's header: when the page was captured.", "09:11 GMT08 July 2020"
    ),
    "source_url": Label(
        _C, "The address a print view gives for the story.", "This article is available at: …"
    ),
    "nav": Label(_B, "Menus and skip links.", "Skip to content"),
    "breadcrumb": Label(_B, "The path of sections above a headline.", "Home > World > Europe"),
    "listen_live": Label(_A, "A door to a live programme.", "Listen Live"),
    "share": Label(_A, "Buttons that share the page.", "Get short URL"),
    "print": Label(_A, "Print, mail or save the page.", "Print this page"),
    "font_size": Label(_A, "Type size controls.", "A Type size small"),
    "related": Label(_B, "Headlines of other stories; also a field.", "Read also: Ferry to run again"),
    "read_more": Label(_B, "A door to the rest of this story or another.", "Continue reading the main story"),
    "trending": Label(_B, "Lists of what others read.", "Most read"),
    "newsletter": Label(_B, "An offer to subscribe by mail.", "Sign up for our daily newsletter"),
    "paywall": Label(_B, "Subscribe or log in to go on.", "Subscribe to continue reading"),
    "cookie": Label(_A, "Consent notices and their buttons.", "Accept all cookies"),
    "ad": Label(_A, "Advertising and its markers.", "Advertisement"),
    "app_promo": Label(_A, "Follow us, get the app, join the channel.", "Join our new WhatsApp channel"),
    "donation": Label(_A, "Requests for money or membership.", "Support our journalism"),
    "poll": Label(_A, "Votes and ratings.", "What do you think? Rate this story!"),
    "typo_report": Label(_A, "How to report a spelling mistake.", "Found a typo? Press Ctrl+Enter"),
    "comment_prompt": Label(_A, "The empty comment form and its messages.", "Please enter your comment!"),
    "comment": Label(_B, "What readers wrote.", "Great article, thanks. Reply"),
    "community": Label(_A, "House rules and reports of a comment section.", "Community standards"),
    "counter": Label(_A, "Numbers of shares, likes, views; reading time.", "3 min read"),
    "pagination": Label(_A, "Next, previous, page numbers.", "Next article"),
    "copyright": Label(
        _C, "Who holds the rights; a field, then gone.", "© 2021 The Example. All rights reserved."
    ),
    "disclaimer": Label(_B, "Who is not responsible for what.", "Opinions are those of the author."),
    "player": Label(_A, "Words of an audio or video player.", "0 seconds of 30 seconds"),
    "legal": Label(_B, "Registration, imprint, terms.", "Terms of use"),
    "template": Label(_B, "Repeats across the pages of a site.", "The Example Group"),
    "duplicate": Label(_B, "Stands a second time in the same page.", "(the title again, under the picture)"),
    "boilerplate": Label(_B, "Not the story, kind unknown.", "(a menu entry in no lexicon)"),
    "blank": Label(_D, "A line with nothing on it.", ""),
    "repair": Label(
        _D, "Kept text, mended: mojibake, entities, invisible characters, spacing.", "to\u00a0Lavrov"
    ),
}
