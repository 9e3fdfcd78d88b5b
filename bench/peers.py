"""The extractors that are measured side by side: Strigil and the best of the field.

Peers read HTML. A text capture reaches them in two ways: each of its lines wrapped in ``<p>``
(the kindest reading, since paragraphs are what they judge), and as it is (``raw``), which is
what happens to those who hand them plain text. Each gets what its own manual advises: jusText
the stop list of the page's language, Resiliparse the charset it detects itself. The modes of
trafilatura are measured on HTML only: on wrapped lines all of them give the same text.

readability-lxml and newspaper4k are rows where they are installed, as what they need does not go with the
lock files: ``pip install readability-lxml 'newspaper4k[zh]'``.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from functools import cache, partial
from html import escape
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final, NamedTuple
from unittest.mock import patch

import justext
import trafilatura
from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.encoding import bytes_to_str, detect_encoding

from bench.pages import GOLD_SETS, GoldPage, fold_of
from cleaners import clean
from cleaners.tagger import tagger
from cleaners.tagger.network import Network, load_network

FOLDS_AT: Final = Path("bench/results/folds")
"""Networks trained for cross-validation: ``<fold>-of-<folds>.npz``."""

Extract = Callable[[GoldPage], str]

_STOPLISTS: Final = {
    "ar": "Arabic", "bg": "Bulgarian", "ca": "Catalan", "cs": "Czech", "da": "Danish", "de": "German",
    "el": "Greek", "en": "English", "es": "Spanish", "et": "Estonian", "fa": "Persian", "fi": "Finnish",
    "fr": "French", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian", "id": "Indonesian",
    "it": "Italian", "ko": "Korean", "la": "Latin", "lt": "Lithuanian", "lv": "Latvian", "nl": "Dutch",
    "no": "Norwegian_Bokmal", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian",
    "sk": "Slovak", "sl": "Slovenian", "sv": "Swedish", "tr": "Turkish", "uk": "Ukrainian",
    "vi": "Vietnamese",
}  # fmt: skip


class Extractor(NamedTuple):
    """One row of the tables: how to get the text, of which version, and how it came to be.

    ``training`` is ``rules``, or ``cv by domain`` for what learned from gold pages of other sites.
    ``only`` limits a row to renderings that begin so.
    """

    extract: Extract
    package: str
    training: str = "rules"
    only: str = ""

    @property
    def is_peer(self) -> bool:
        """Tell whether this is somebody else's work, which changes only with its version."""
        return self.package != "strigil"

    @property
    def version(self) -> str:
        """Return the installed version of the package that does the work."""
        return f"{self.package} {_version_of(self.package)}"


_version_of = cache(version)


def wrap_lines(text: str) -> str:
    r"""Return plain text as an HTML page with each line that is not blank in a paragraph.

    >>> wrap_lines("1 < 2\n\nso it is")
    '<!DOCTYPE html><html><body><p>1 &lt; 2</p><p>so it is</p></body></html>'
    """
    paragraphs = "".join(f"<p>{escape(line, quote=False)}</p>" for line in text.split("\n") if line.strip())
    return f"<!DOCTYPE html><html><body>{paragraphs}</body></html>"


def extract_strigil(page: GoldPage) -> str:
    """Return what Strigil keeps under its default policy, by a tagger that has not seen the page's site.

    Pages of sets that are trained on get the network of their fold (``bench.train_tagger --folds``).
    """
    network = network_for(page)
    with patch.object(tagger, "own_network", lambda: network) if network else nullcontext():
        return clean(page.payload, media_type=page.media_type, url=page.url).text


def network_for(page: GoldPage) -> Network | None:
    """Return the network that has not seen the page's site, None where the one that ships has not."""
    return _held_out(page.domain) if GOLD_SETS[page.set_name].trainable else None


def _held_out(domain: str) -> Network | None:
    """Return the network that was trained without a site, None where no folds were trained."""
    folds = _count_folds()
    return _load(FOLDS_AT / f"{fold_of(domain, folds)}-of-{folds}.npz") if folds else None


_load = cache(load_network)


def strigil_training() -> str:
    """Say honestly whether the tagger has seen the pages it is measured on."""
    return "cv by domain" if _count_folds() else "has seen these sites"


def _count_folds() -> int:
    """Return how many folds were trained, 0 while one of them is missing."""
    counts = {int(path.stem.rpartition("-")[2]) for path in FOLDS_AT.glob("*-of-*.npz")}
    complete = [n for n in counts if all((FOLDS_AT / f"{fold}-of-{n}.npz").exists() for fold in range(n))]
    return max(complete, default=0)


def _extract_trafilatura(page: GoldPage, *, is_raw: bool = False, **options: Any) -> str:
    """Return trafilatura's text; the empty text where it refuses the page."""
    return trafilatura.extract(_payload(page, is_raw=is_raw), **options) or ""


def _extract_resiliparse(page: GoldPage, *, is_raw: bool = False) -> str:
    """Return Resiliparse's main content, with neither bullets nor the alt texts of pictures."""
    payload = _payload(page, is_raw=is_raw)
    if isinstance(payload, bytes):
        payload = bytes_to_str(payload, detect_encoding(payload, from_html_meta=True) or "utf-8")
    return str(extract_plain_text(payload, main_content=True, list_bullets=False, alt_texts=False))


def _extract_justext(page: GoldPage, *, is_raw: bool = False) -> str:
    """Return jusText's good paragraphs; without a stop list in its language-independent mode."""
    payload, name = _payload(page, is_raw=is_raw), _STOPLISTS.get(page.language or "en")
    options: dict[str, Any] = {} if name else {"stopwords_low": 0, "stopwords_high": 0}
    paragraphs = justext.justext(payload, _stoplist(name), **options)
    return "\n".join(paragraph.text for paragraph in paragraphs if not paragraph.is_boilerplate)


def _extract_readability(page: GoldPage) -> str:
    """Return the text of readability-lxml's summary, text nodes apart from each other."""
    from lxml.html import fromstring  # noqa: PLC0415
    from readability import Document  # noqa: PLC0415  only where it is installed

    return "\n".join(fromstring(Document(page.payload).summary()).itertext())


def _extract_newspaper(page: GoldPage) -> str:
    """Return newspaper4k's text of the HTML; no picture is asked for."""
    from newspaper import Article  # noqa: PLC0415  only where it is installed
    from newspaper.languages import valid_languages  # noqa: PLC0415

    language = page.language if page.language in dict(valid_languages()) else "en"
    html = bytes_to_str(page.payload, detect_encoding(page.payload, from_html_meta=True) or "utf-8")
    article = Article(page.url or "https://example.org/", language=language, fetch_images=False)
    article.download(input_html=html)
    article.parse()
    return str(article.text)


@cache
def _stoplist(name: str | None) -> frozenset[str]:
    return justext.get_stoplist(name) if name else frozenset()


def _payload(page: GoldPage, *, is_raw: bool) -> bytes | str:
    """Return the HTML a peer gets: bytes as they came, text wrapped or, when raw, as it is."""
    if page.rendering == "html":
        return page.payload
    text = page.payload.decode()
    return text if is_raw else wrap_lines(text)


_MORE: Final = {
    "readability-lxml": Extractor(_extract_readability, "readability-lxml", only="html"),
    "newspaper4k": Extractor(_extract_newspaper, "newspaper4k", only="html"),
}


def _is_installed(package: str) -> bool:
    try:
        return bool(version(package))
    except PackageNotFoundError:
        return False


EXTRACTORS: Final[dict[str, Extractor]] = {
    "strigil": Extractor(extract_strigil, "strigil", training=strigil_training()),
    "trafilatura": Extractor(_extract_trafilatura, "trafilatura"),
    "trafilatura, no comments": Extractor(
        partial(_extract_trafilatura, include_comments=False), "trafilatura", only="html"
    ),
    "trafilatura, precision": Extractor(
        partial(_extract_trafilatura, favor_precision=True), "trafilatura", only="html"
    ),
    "trafilatura, recall": Extractor(
        partial(_extract_trafilatura, favor_recall=True), "trafilatura", only="html"
    ),
    "resiliparse": Extractor(_extract_resiliparse, "resiliparse"),
    "justext": Extractor(_extract_justext, "justext"),
    "trafilatura, raw": Extractor(partial(_extract_trafilatura, is_raw=True), "trafilatura", only="text"),
    "resiliparse, raw": Extractor(partial(_extract_resiliparse, is_raw=True), "resiliparse", only="text"),
    "justext, raw": Extractor(partial(_extract_justext, is_raw=True), "justext", only="text"),
    **{name: extractor for name, extractor in _MORE.items() if _is_installed(extractor.package)},
}


class Extraction(NamedTuple):
    """What an extractor made of a page; where it raised, no text and what it said."""

    text: str
    error: str | None = None


def extract_guarded(extractor: Extractor, page: GoldPage) -> Extraction:
    """Run one extractor on one page; an exception counts as the empty text, and is told."""
    try:
        return Extraction(extractor.extract(page))
    except Exception as error:  # noqa: BLE001 - a peer may fail in any way: that is a result
        return Extraction("", f"{type(error).__name__}: {error}")
