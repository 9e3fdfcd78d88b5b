"""Files of other web archives (Common Crawl and the like), by ranges, so that a kill costs one range.

A WARC file is not a page: it is kept as it is, without a record around it, and read as an input.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from captures.fetching.errors import FetchFailedError
from captures.fetching.judging import MAX_TRIES, is_busy, retry_after, to_validator
from captures.fetching.queue import Ended, Work
from captures.fetching.sources import Source
from captures.fetching.values import Exchange, Header, Outcome, Request

if TYPE_CHECKING:
    from captures.fetching.fetcher import Tools

RANGE_BYTES: Final = 8 * 1024 * 1024
_MAX_FILE_BYTES: Final = 16 << 30
_RANGE: Final = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})")
"""Content-Range. Linear: bounded."""


class Downloads:
    """The folder of downloaded files. A file is complete when its name has no ``.part``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def files(self) -> list[Path]:
        """Return the complete files."""
        return sorted(path for path in self._folder.glob("*") if path.suffix not in {".part", ".etag"})

    def fetch(self, work: Work, source: Source, tools: Tools) -> None:
        """Ask for the next range of a file; put the work back until the file is whole."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / _file_name(work.found.url)
        if path.exists():
            tools.queue.finish(work, Ended(Outcome.UNCHANGED, "downloaded before"))
            return
        part = path.with_name(path.name + ".part")
        have = part.stat().st_size if part.exists() else 0
        etag = path.with_name(path.name + ".etag")
        conditions = [Header("Range", f"bytes={have}-{have + RANGE_BYTES - 1}")]
        if have and etag.exists() and (validator := to_validator(etag.read_text(encoding="latin1"))):
            conditions.append(Header("If-Range", validator))
        limits = replace(source.limits, max_body_bytes=RANGE_BYTES)
        headers = (*source.headers_for(work.found.url), *conditions)
        try:
            exchange = tools.client.get(Request(work.found.url, headers, limits))
        except FetchFailedError as error:
            _try_again(work, tools, f"{error.reason}: {error}", 2.0**work.tries)
            return
        tools.run.count(exchange)
        if is_busy(exchange):
            _try_again(work, tools, "host-busy", tools.queue.back_off(work, retry_after(exchange)))
            return
        self._append(work, tools, exchange, path)

    def _append(self, work: Work, tools: Tools, exchange: Exchange, path: Path) -> None:
        part, etag = path.with_name(path.name + ".part"), path.with_name(path.name + ".etag")
        have = part.stat().st_size if part.exists() else 0
        found = _RANGE.fullmatch(exchange.header("Content-Range") or "")
        if exchange.status == 200 and not exchange.truncated:
            start, total = 0, len(exchange.body)
        elif exchange.status == 206 and found and int(found[1]) == have:
            start, total = have, int(found[3])
        else:
            part.unlink(missing_ok=True)  # it has changed meanwhile, or ranges are not served
            why = "the server serves no ranges" if exchange.status == 200 else f"http-{exchange.status}"
            _try_again(work, tools, why, 2.0**work.tries)
            return
        if total > _MAX_FILE_BYTES:
            tools.queue.finish(work, Ended(Outcome.REFUSED, f"too-large: {total} bytes", exchange.status))
            return
        with part.open("r+b" if part.exists() else "wb") as file:
            file.seek(start)
            file.truncate()
            file.write(exchange.body)
            file.flush()
            os.fsync(file.fileno())
        if start + len(exchange.body) < total:
            validator = to_validator(exchange.header("ETag"))
            if validator and not validator.startswith("W/"):
                etag.write_text(validator, encoding="ascii")
            tools.queue.put_back(work, 0.0, is_try=False)
            return
        part.replace(path)
        etag.unlink(missing_ok=True)
        tools.queue.finish(work, Ended(Outcome.NEW, "", exchange.status))


def _try_again(work: Work, tools: Tools, why: str, seconds: float) -> None:
    if work.tries < MAX_TRIES:
        tools.queue.put_back(work, seconds, is_try=True)
    else:
        tools.queue.finish(work, Ended(Outcome.FAILED, why))


def _file_name(url: str) -> str:
    """Return a name that a URL cannot choose: its digest, and what kind of file it is."""
    path = url.partition("?")[0]
    suffix = ".warc" if ".warc" in path.rpartition("/")[2] else ".warc.wet"
    return hashlib.sha256(url.encode()).hexdigest()[:24] + suffix + (".gz" if path.endswith(".gz") else "")
