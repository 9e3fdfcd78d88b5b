"""Which captures of a source a run takes: by date, by site, by language of the story."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date

from archive.surt import to_host
from captures.shards import Finished
from captures.values import Capture
from cleaners.values import CleanedPage


@dataclass(frozen=True, slots=True)
class Selection:
    """What a run takes; by default everything.

    Dates are days in UTC, both included. A site is a host with all hosts below it. The language is
    that of the text that is kept, so it is known only once a capture was cleaned. A capture that
    does not say what is asked for is left out.
    """

    captured_from: date | None = None
    captured_to: date | None = None
    sites: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """Return what is recorded behind the key of an item of which only this was read.

        >>> Selection().mark, Selection(sites=("b.example", "a.example")).mark
        ('', '|only from=- to=- sites=a.example,b.example languages=-')
        """
        if self == Selection():
            return ""
        words = {
            "from": [self.captured_from.isoformat()] if self.captured_from else [],
            "to": [self.captured_to.isoformat()] if self.captured_to else [],
            "sites": sorted(self.sites),
            "languages": sorted(self.languages),
        }
        return "|only " + " ".join(f"{name}={','.join(values) or '-'}" for name, values in words.items())

    def why_not(self, capture: Capture) -> str | None:
        """Return why a capture is left out before it is cleaned, None if it is not."""
        if self.captured_from or self.captured_to:
            if capture.captured_at is None:
                return "without a date"
            day = capture.captured_at.astimezone(UTC).date()
            if day < (self.captured_from or day) or day > (self.captured_to or day):
                return "outside the dates"
        if self.sites:
            host = to_host(capture.url)
            if host is None:
                return "without a site"
            if not any(host == site or host.endswith(f".{site}") for site in self.sites):
                return "of other sites"
        return None

    def why_not_page(self, page: CleanedPage) -> str | None:
        """Return why a capture is left out once it is cleaned, None if it is not.

        >>> from cleaners import clean
        >>> Selection(languages=("de",)).why_not_page(clean("Too short to tell."))
        'without a language'
        """
        if not self.languages:
            return None
        if page.fields.language is None:
            return "without a language"
        is_wanted = page.fields.language.partition("-")[0] in self.languages
        return None if is_wanted else "in other languages"

    def select(
        self, found: Iterable[Capture | Finished], left_out: Counter[str]
    ) -> Iterator[Capture | Finished]:
        """Yield what is taken before cleaning, and count what is not, by reason; keys get the mark."""
        for one in found:
            if isinstance(one, Finished):
                yield Finished(one.key + self.mark)
            elif why := self.why_not(one):
                left_out[why] += 1
            else:
                yield one


def to_site(text: str) -> str:
    """Return the host in what a person wrote as a site; empty if there is none.

    >>> to_site(" https://www.Example.org/news "), to_site("example.org")
    ('example.org', 'example.org')
    """
    text = text.strip()
    host = to_host(text if "//" in text else f"//{text}") or ""
    return host.removeprefix("www.")
