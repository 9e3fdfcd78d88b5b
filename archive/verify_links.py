"""Checking links between documents: every file of them against its digest, which ``CURRENT`` keeps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from archive.links import is_sound, pointer_name, read_links
from archive.sample import Sample
from archive.store import Store
from archive.values import Problem
from archive.verify_log import UNREADABLE, OnFile

_BUILD: Final = "run: strigil duplicates, which makes it again"


def verify_links(store: Store, edition: str, on_file: OnFile, sample: Sample) -> Iterator[Problem]:
    """Yield what is wrong with the links of an edition; nothing if there are none."""
    pointer = pointer_name(edition)
    try:
        links = read_links(store, edition)
    except UNREADABLE as error:
        yield Problem(store.address(pointer), f"it cannot be read: {error}", _BUILD)
        return
    if links is None:
        return
    on_file(pointer)
    for file in links.files:
        where = store.address(file.file)
        try:
            if store.size(file.file) != file.size_bytes:
                yield Problem(where, f"not the {file.size_bytes} bytes that were written", _BUILD)
            elif sample.takes(file.file):
                on_file(file.file)
                if not is_sound(store, file):
                    yield Problem(where, "bytes that are not those that were written", _BUILD)
        except OSError as error:
            yield Problem(where, f"the links cannot be read: {error.strerror or error}", _BUILD)
