"""What the markup of a page says about its story: candidates for every field, each with its source.

Order of trust: JSON-LD of an article, OpenGraph and ``article:*``, meta names, microdata, ``<time>``,
``<title>``. All candidates are handed out, also those that contradict each other; choosing is
for others. Left alone: dates after the capture, authors that are addresses or the site itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import urljoin

from cleaners.grammars.dates import to_moment
from cleaners.grammars.names import is_name
from cleaners.html import boxes
from cleaners.html.address_day import find_day
from cleaners.html.dates import is_after, to_iso
from cleaners.html.entities import undo_entities
from cleaners.html.found import AUTHOR_LINK, Found
from cleaners.html.jsonld import read_objects, resolve, to_texts, to_types, to_urls
from cleaners.html.page_types import find_page_types
from cleaners.html.people import read_people, to_people
from cleaners.html.titles import Heading, find_headlines, find_site_headings, to_headline
from cleaners.html.vocabulary import (
    ARTICLES,
    BYLINE_CARDS,
    COMMENT_WORDS,
    NEWS,
    OF_META,
    OF_OBJECT,
    PAGES,
    WHO_WORDS,
)
from cleaners.html.words import add_words
from cleaners.values import Evidence

Candidate = tuple[str, list[str], str, float]
"""Field, raw values, source, score."""

_TIMES: Final = frozenset({"published_at", "modified_at"})
_ADDRESSES: Final = frozenset({"canonical_url", "image", "license"})
_DOUBTFUL: Final = frozenset({"dateCreated", "creator", "thumbnailUrl"})
"""Properties that may be of a draft, of an editor, of a small copy."""
_STORY_WORDS: Final = frozenset(
    ["published", "publish", "pubdate", "date", "posted", "entrydate", "byline", "meta", "article", "post"]
)
_OTHER_WORDS: Final = frozenset(
    ["related", "comment", "comments", "sidebar", "widget", "teaser", "footer", "nav", "card", "list"]
)
# Linear: fixed widths, and one bounded run before a colon. ``Page Type: Article`` and numbers of a CMS.
_INTERNAL_TAG: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-|[A-Za-z][\w ]{0,30}: ")
_AUTHOR_LINK: Final = add_words(frozenset(), AUTHOR_LINK)
SITE_SCORE: Final = 0.5
NAMED_SCORE: Final = 0.6
LINK_SCORE: Final = 0.35
DATE_SCORE: Final = 0.4
MAX_DATED_CHARS: Final = 100
MAX_WORDS_BESIDE: Final = 8
MIN_DAY_CHARS: Final = len("2020-07-08")
MAX_TAGS: Final = 100
MAX_VALUE_CHARS: Final = 500
MAX_ADDRESS_CHARS: Final = 2_000
MAX_CANDIDATES: Final = 5
"""Values kept of one field from one source: list pages date every teaser."""


def find_evidence(
    found: Found, headings: Sequence[Heading] = (), *, url: str | None, captured_at: datetime | None
) -> Iterator[Evidence]:
    """Yield what the page's markup says, the same value from the same source once.

    ``headings`` are the visible ``h1``, ``h2`` and ``h3`` of the page.
    """
    objects = list(read_objects(found.scripts))
    candidates = [*_from_objects(objects), *_from_metas(found), *_from_items(found), *_from_times(found)]
    candidates.extend([*_from_rels(found), *_from_named(found)])
    candidates.extend(_from_head(found))
    types = find_page_types(objects, found.metas, url)
    candidates.extend(("page_type", [value], source, score) for value, source, score in types)
    if day := find_day(url):
        candidates.append(("published_at", [day[0]], "url", day[1]))
    titles = [_clean(text) for name, texts, _, _ in candidates if name == "title" for text in texts]
    if named := find_site_headings(headings, titles):
        candidates.append(("site_name", named, "h1", SITE_SCORE))
    sites = [text for name, texts, _, _ in candidates if name == "site_name" for text in texts]
    for heading, source, score in find_headlines(headings, titles, sites):
        candidates.append(("title", [_clean(heading)], source, score))
    seen: dict[tuple[str, str], list[str]] = {}
    for name, raw, source, score in candidates:
        texts = [_join(url, text) for text in raw] if name in _ADDRESSES else raw
        for value in _to_values(name, texts, sites):
            known = seen.setdefault((name, source), [])
            if value in known or len(known) >= MAX_CANDIDATES:
                continue
            if name in _TIMES and is_after(value, captured_at):
                continue
            known.append(value)
            yield Evidence(name, value, source, score)


def _from_objects(objects: Sequence[Mapping[str, Any]]) -> Iterator[Candidate]:
    """Yield what JSON-LD says, of articles before pages."""
    by_id = {str(item["@id"]): item for item in objects if "@id" in item and "name" in item}
    for types, kind, trust in (
        (NEWS, "article", 1.0),
        (ARTICLES - NEWS, "item", 0.85),
        (PAGES, "page", 0.7),
    ):
        for item in objects:
            if to_types(item) & types:
                whole = {name: resolve(value, by_id) for name, value in item.items()} if by_id else item
                yield from _of_object(whole, f"json-ld/{kind}", trust)
    for item in objects:
        if to_types(item) & {"WebSite", "NewsMediaOrganization"}:
            yield "site_name", to_texts(item.get("name")), "json-ld/site", 0.7


def _of_object(item: Mapping[str, Any], source: str, trust: float) -> Iterator[Candidate]:
    for prop, name in OF_OBJECT.items():
        read = to_urls if name in _ADDRESSES else to_texts
        if prop in item and (texts := read(item[prop])):
            score = 0.95 * trust * (0.75 if prop in _DOUBTFUL else 1.0)
            yield name, texts, f"{source}/{prop}", score
    if isinstance(publisher := item.get("publisher"), dict):
        yield "site_name", to_texts(publisher), f"{source}/publisher", 0.6 * trust


def _from_metas(found: Found) -> Iterator[Candidate]:
    """Yield what meta elements say; repeated ones (``article:tag``) are one list."""
    gathered: dict[str, list[str]] = {}
    for meta in found.metas:
        content = meta.get("content")
        keys = {meta.get(attribute) for attribute in ("property", "name", "itemprop", "http-equiv")}
        for key in sorted(key.strip().lower().replace("dc:", "dc.") for key in keys if key):
            if content and key in OF_META:
                gathered.setdefault(key, []).append(_clean(content))
    for meta in found.metas:
        prop, content = meta.get("itemprop"), meta.get("content")
        if prop in OF_OBJECT and content:
            yield OF_OBJECT[prop], [_clean(content)], f"microdata/{prop}", 0.7
    for key, texts in gathered.items():
        name, score = OF_META[key]
        yield name, texts, f"meta/{key}", score
    yield from _from_cards(found)


def _from_cards(found: Found) -> Iterator[Candidate]:
    """Yield the author of a card that labels its own lines: ``twitter:label1``, ``twitter:data1``."""
    cards = {meta.get("name") or meta.get("property"): meta.get("content") or "" for meta in found.metas}
    for number in ("1", "2"):
        if cards.get(f"twitter:label{number}", "").casefold().strip(" :") in BYLINE_CARDS:
            yield (
                "byline",
                [_clean(cards.get(f"twitter:data{number}", ""))],
                f"meta/twitter:data{number}",
                0.7,
            )


def _from_items(found: Found) -> Iterator[Candidate]:
    """Yield what microdata says."""
    for prop, attributes, text in found.items:
        if prop.startswith("rel="):
            continue
        stated = attributes.get("content") or attributes.get("datetime")
        if prop == "license":
            stated = stated or attributes.get("href")
        if prop.startswith("date"):
            stated = stated or attributes.get("title")  # hAtom: <abbr title="2020-07-08T09:11:05Z">
        if value := _clean(stated or text):
            yield OF_OBJECT[prop], [value], f"microdata/{prop}", 0.7


def _from_rels(found: Found) -> Iterator[Candidate]:
    """Yield what ``rel`` links say. A ``rel="category tag"``, as WordPress writes it, is no key word."""
    rels: dict[str, list[str]] = {}
    for prop, attributes, text in found.items:
        if not prop.startswith("rel="):
            continue
        stated = attributes.get("href") if prop == "rel=license" else text
        if prop != "rel=tag" or "category" not in (attributes.get("rel") or "").split():
            rels.setdefault(prop, []).append(_clean(stated or ""))
    if tags := rels.get("rel=tag"):
        yield "tags", tags, "rel/tag", 0.6
    if categories := rels.get("rel=category"):
        yield "section", categories, "rel/category", 0.6
    if authors := rels.get("rel=author"):
        yield "byline", authors[:1], "rel/author", 0.82
    if licences := rels.get("rel=license"):
        yield "license", licences[:1], "rel/license", 0.7


def _from_times(found: Found) -> Iterator[Candidate]:
    """Yield ``<time>`` elements: surer with words of a story's head around, none among other stories."""
    for stated, text, words in found.times:
        if words & COMMENT_WORDS:
            continue
        is_update = bool(words & boxes.UPDATE_WORDS) and "published" not in words
        score = 0.25 if words & _OTHER_WORDS else 0.6 if words & _STORY_WORDS else 0.45
        yield "modified_at" if is_update else "published_at", [_clean(stated or text)], "time", score


def _from_named(found: Found) -> Iterator[Candidate]:
    """Yield what elements hold whose class says that it is an author or a date; none of comments."""
    for own, text, around in found.named:
        if around & COMMENT_WORDS:
            continue
        trust = 0.5 if around & _OTHER_WORDS else 1.0
        if own == _AUTHOR_LINK:
            if people := [name for name in read_people(_clean(text)) if is_name(name) and " " in name]:
                yield "byline", people, "link/author", LINK_SCORE * trust
        elif own & WHO_WORDS and (people := read_people(_clean(text))):
            yield "byline", people, "class/author", NAMED_SCORE * trust
        elif own & boxes.DATE_WORDS and (value := to_iso(_clean(text)) or _near_date(_clean(text))):
            name = "modified_at" if own & boxes.UPDATE_WORDS and "published" not in own else "published_at"
            yield name, [value], "class/date", DATE_SCORE * trust


def _near_date(text: str) -> str | None:
    """Return the day of a text that says little else: "Posted on 3 May 2021 by"."""
    moment = to_moment(text) if len(text) <= MAX_DATED_CHARS else None
    is_day = moment is not None and len(moment.value) >= MIN_DAY_CHARS
    return moment.value if moment and is_day and len(moment.rest.split()) <= MAX_WORDS_BESIDE else None


def _from_head(found: Found) -> Iterator[Candidate]:
    """Yield what title, links and the root element say."""
    yield "title", [_clean(found.title)], "title", 0.6
    yield "language", [found.language], "html/lang", 0.7
    for link in found.links:
        rels = (link.get("rel") or "").lower().split()
        href = (link.get("href") or "").strip()
        if href and "canonical" in rels:
            yield "canonical_url", [href], "link/canonical", 0.9
        if href and "license" in rels:
            yield "license", [href], "link/license", 0.8
        if href and "image_src" in rels:
            yield "image", [href], "link/image_src", 0.75


def _join(url: str | None, href: str) -> str:
    try:
        return urljoin(url or "", href)
    except ValueError:
        return ""


def _to_values(name: str, raw: list[str], sites: list[str]) -> Iterable[str]:
    """Return the values of raw texts of one field, empty where they say nothing."""
    if name in _ADDRESSES:
        return [
            text
            for text in raw
            if text.startswith(("http://", "https://")) and len(text) <= MAX_ADDRESS_CHARS
        ]
    texts = [text[:MAX_VALUE_CHARS] for text in raw if text]
    if name == "byline":
        return ["\n".join(people)] if (people := to_people(texts, sites)) else []
    if name == "tags":
        tags = dict.fromkeys(tag for text in texts for tag in _to_tags(text))
        return ["\n".join(list(tags)[:MAX_TAGS])] if tags else []
    if name == "title":
        return [title for text in texts if (title := to_headline(text, sites))]
    return [value for text in texts if (value := _to_value(name, text))]


def _to_value(name: str, text: str) -> str | None:
    """Return one raw text as a value of a field that takes texts one by one."""
    if name in _TIMES:
        return to_iso(text)
    if name == "language":
        return text.strip().replace("_", "-") if _is_language(text.strip()) else None
    return text


def _to_tags(text: str) -> list[str]:
    separator = ";" if ";" in text and "," not in text else ","
    tags = (part.strip().strip("#").strip() for part in text.split(separator))
    return [tag for tag in tags if tag and not _INTERNAL_TAG.match(tag)]


def _is_language(text: str) -> bool:
    """Return whether a text is a language tag: ``en``, ``pt-BR``, ``zh-Hans-CN``."""
    first = text.replace("_", "-").split("-")[0]
    return len(text) <= 12 and 2 <= len(first) <= 3 and first.isascii() and first.isalpha()


def _clean(text: str) -> str:
    """Return a text with entities undone (twice escaped ones are common) and white space collapsed."""
    return " ".join(undo_entities(text).split())
