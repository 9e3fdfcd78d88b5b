"""What class words and elements around a line say about it: two tables, and how they are read."""

from __future__ import annotations

from typing import Final

_STRONG, _FAIR, _WEAK = 1.0, 0.75, 0.5

_TABLE: Final = {
    ("nav", _STRONG): (
        "nav navbar navigation menu menubar submenu megamenu topnav subnav sitenav mainnav navi navlinks "
        "skiplink skipto hamburger offcanvas masthead contentinfo sitemap topbar mobilemenu langswitcher"
    ),
    ("nav", _FAIR): (
        "banner toolbar search searchform searchbox dropdown sronly screenreader visuallyhidden offscreen "
        "backtotop logo branding"
    ),
    ("breadcrumb", _STRONG): "breadcrumb breadcrumbs crumbs crumb breadcrumblist ariadne",
    ("legal", _STRONG): ("footer colophon sitefooter pagefooter imprint impressum footnav footerlinks"),
    ("share", _STRONG): (
        "share sharing sharebar sharebuttons sharelinks addthis addtoany sharethis socialshare "
        "shareaholic sharedaddy shariff sharer"
    ),
    ("share", _FAIR): "social socials socialmedia follow tweet whatsapp pinterest permalink",
    ("print", _STRONG): "print printer printfriendly emailthis",
    ("font_size", _STRONG): "fontsize textsize fontresize",
    ("related", _STRONG): (
        "related relatedposts relatedarticles relatednews recommend recommended recommendation "
        "recommendations recirc recirculation youmaylike alsolike readalso readnext outbrain taboola "
        "zergnet crosslinks morenews morestories"
    ),
    ("related", _FAIR): (
        "sidebar rail teaser teasers aside complementary upsell promobox nextpost "
        "prevpost similar suggested suggestions latest recent headlines carousel slider"
    ),
    ("trending", _STRONG): ("trending popular mostread mostpopular mostviewed topstories bestseller ranking"),
    ("newsletter", _STRONG): (
        "newsletter newsletters newslettersignup mailchimp signup subscribe subscription subscribeform "
        "optin leadmagnet mailinglist"
    ),
    ("paywall", _STRONG): "paywall piano regwall meter metered premiumwall loginwall subscriptionwall",
    ("paywall", _FAIR): "login signin register registration account",
    ("cookie", _STRONG): (
        "cookie cookies consent gdpr ccpa onetrust cookiebot didomi quantcast usercentrics cookiebar "
        "cookiebanner cookienotice borlabs iubenda klaro"
    ),
    ("ad", _STRONG): (
        "ad ads advert adverts advertisement advertising adsense adslot adunit adbox adcontainer dfp gpt "
        "sponsor sponsors sponsored anzeige werbung publicidad publicite reklama paidcontent"
    ),
    ("ad", _FAIR): ("promo promotion promos promoted affiliate cta calltoaction commercial banner"),
    ("app_promo", _STRONG): "appbanner smartbanner apppromo appstore getapp",
    ("donation", _STRONG): "donate donation donations fundraising patreon kofi",
    ("poll", _STRONG): "poll polls polldaddy rating ratings starrating survey",
    ("comment", _STRONG): (
        "comment comments commentlist commentform disqus respond discussion commentary livefyre "
        "commentbody commentcontent replies"
    ),
    ("pagination", _STRONG): (
        "pagination paginator pager pagenavi pagenavigation pagelinks postnavigation prevnext navlinks"
    ),
    ("counter", _STRONG): "counter viewcount sharecount likecount viewscount readtime readingtime",
    ("player", _STRONG): ("player videoplayer audioplayer jwplayer vjs videojs playlist plyr brightcove"),
    ("copyright", _FAIR): "copyright copyrights",
    ("disclaimer", _STRONG): "disclaimer disclosure",
    ("read_more", _STRONG): "readmore keepreading morelink",
    ("boilerplate", _FAIR): (
        "modal popup lightbox overlay tooltip alert notification notice infobox authorbox authorbio "
        "aboutauthor bio biography toc tableofcontents noprint"
    ),
    ("boilerplate", _WEAK): "header widget widgets meta actions controls buttons button links metadata info",
}

BOX_WORDS: Final = {
    word: (label, score) for (label, score), words in reversed(_TABLE.items()) for word in words.split()
}
"""Word to label and score; a word in two rows means what the upper one says."""
_BOX_NAMES: Final = frozenset(BOX_WORDS)

BYLINE_WORDS: Final = frozenset(
    {"byline", "author", "authors", "authorname", "vcard", "contributor", "contributors", "writer"}
)
DATE_WORDS: Final = frozenset(
    [
        "date",
        "dateline",
        "datetime",
        "time",
        "timestamp",
        "published",
        "publish",
        "pubdate",
        "posted",
        "postdate",
        "entrydate",
        "updated",
        "modified",
    ]
)
UPDATE_WORDS: Final = frozenset({"updated", "modified", "lastmodified", "update"})
TAG_WORDS: Final = frozenset(
    {"tags", "tag", "keywords", "topics", "tagcloud", "taglist", "posttags", "articletags"}
)
SECTION_WORDS: Final = frozenset(
    {"kicker", "eyebrow", "category", "categories", "rubric", "overline", "channel", "topic"}
)
CREDIT_WORDS: Final = frozenset(
    {"credit", "credits", "photocredit", "imagecredit", "photographer", "imagesource", "copyright"}
)
CAPTION_WORDS: Final = frozenset({"caption", "captions", "figcaption", "imagecaption", "captiontext"})

_ELEMENTS: Final = {
    "nav": ("nav", 1.0),
    "menu": ("nav", 0.8),
    "footer": ("legal", 1.0),
    "dialog": ("boilerplate", 1.0),
    "button": ("boilerplate", 0.9),
    "aside": ("related", 0.8),
    "form": ("boilerplate", 0.8),
    "header": ("nav", 0.8),
    "search": ("nav", 1.0),
}
_BOX_TAGS: Final = frozenset(_ELEMENTS)
_STORY: Final = frozenset({"article", "main"})
"""Inside these, ``header`` and ``footer`` hold the story's own headline, byline and tags."""
_STORY_HEADERS: Final = frozenset({"articleheader", "entryheader", "postheader", "storyheader"})
"""Headers of a story by their class, wherever they stand."""

MIN_STORY_FOOTER: Final = 0.4


Verdict = tuple[str, str, float]
"""The word or element that says most, its label and its score."""


def judge_words(words: frozenset[str], wrappers: frozenset[str], path: str = "body") -> Verdict | None:
    """Return the word not around the story that says most, its label and score; ties go to the alphabet.

    Left alone: the header of the story, in which its headline and its deck stand.

    >>> judge_words(frozenset({"main", "sidebar", "newsletter"}), frozenset())
    ('newsletter', 'newsletter', 1.0)
    >>> judge_words(frozenset({"sidebar"}), frozenset({"sidebar"})) is None
    True
    >>> judge_words(frozenset({"header"}), frozenset(), "body/article/div/p") is None
    True
    """
    best: Verdict | None = None
    for word in sorted((words & _BOX_NAMES) - wrappers):
        if word == "header" and not (_STORY_HEADERS.isdisjoint(words) and _STORY.isdisjoint(path.split("/"))):
            continue
        label, score = BOX_WORDS[word]
        if best is None or score > best[2]:
            best = (word, label, score)
    return best


def judge_path(path: str, wrappers: frozenset[str]) -> Verdict | None:
    """Return the element of a path that says most against the story, its label and its score.

    >>> judge_path("body/div/nav/ul/li", frozenset())
    ('nav', 'nav', 1.0)
    >>> judge_path("body/article/header/h1", frozenset()) is None
    True
    """
    tags = path.split("/")
    if _BOX_TAGS.isdisjoint(tags):
        return None
    best: Verdict | None = None
    in_story = False
    for tag in tags:
        in_story = in_story or tag in _STORY
        if (
            tag not in _ELEMENTS
            or f"<{tag}>" in wrappers
            or (tag == "header" and (in_story or tags[-1] == "h1"))
        ):
            continue
        label, score = _ELEMENTS[tag]
        if in_story and tag == "footer":
            score = MIN_STORY_FOOTER
        if best is None or score > best[2]:
            best = (tag, label, score)
    return best
