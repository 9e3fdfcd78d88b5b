"""An edition as a BagIt 1.0 bag (RFC 8493): its parts are the payload, their digests the manifest.

The tag files stand beside ``data/``, never in it: there, some readers would take them for parts.
A bag is of one moment. Parts that come later are not in it until it is sealed again; parts that
are in it and change are damage.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final, NamedTuple

from archive.errors import NoEditionError
from archive.ledger import read_records
from archive.store import Store, digest_file
from archive.values import Problem

_DECLARATION: Final = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_TAG_FILES: Final = ("bag-info.txt", "bagit.txt", "manifest-sha256.txt", "schema.json")
_MANIFEST: Final = "manifest-sha256.txt"
_TAG_MANIFEST: Final = "tagmanifest-sha256.txt"
_SEAL_AGAIN: Final = "if `verify` finds nothing else wrong with the edition, seal it again: strigil seal"


class Bag(NamedTuple):
    """What was sealed."""

    edition: str
    parts: int
    size_bytes: int


def is_sealed(store: Store, edition: str) -> bool:
    """Return whether an edition is a bag."""
    return store.exists(f"clean/{edition}/{_TAG_MANIFEST}")


def seal(store: Store, edition: str) -> Bag:
    """Make an edition a bag, or make its bag anew. Digests come from the ledger where it has them."""
    folder = f"clean/{edition}"
    if not store.exists(f"{folder}/schema.json"):
        raise NoEditionError(store.address(), edition)
    known = {record.path: record for record in read_records(store, edition)}
    lines: list[str] = []
    size_bytes = 0
    for name in store.names(f"{folder}/data"):
        record = known.get(name)
        lines.append(_line(record.part_digest if record else _digest(store, name), name, folder))
        size_bytes += store.size(name)
    info = (
        f"Bag-Software-Agent: strigil\nBagging-Date: {datetime.now(UTC).date().isoformat()}\n"
        f"External-Identifier: {edition}\nPayload-Oxum: {size_bytes}.{len(lines)}\n"
    )
    store.remove(f"{folder}/{_TAG_MANIFEST}")  # while the others change, this is no bag
    store.replace(f"{folder}/{_MANIFEST}", "".join(lines).encode())
    store.replace(f"{folder}/bag-info.txt", info.encode())
    store.replace(f"{folder}/bagit.txt", _DECLARATION)
    tags = [_line(_digest(store, f"{folder}/{name}"), f"{folder}/{name}", folder) for name in _TAG_FILES]
    store.replace(f"{folder}/{_TAG_MANIFEST}", "".join(tags).encode())
    return Bag(edition, len(lines), size_bytes)


def verify_bag(store: Store, edition: str) -> Iterator[Problem]:
    """Yield what is wrong with the bag of an edition: its parts are judged by the ledger."""
    folder = f"clean/{edition}"
    if not is_sealed(store, edition):
        return
    name = f"{folder}/{_TAG_MANIFEST}"
    tags = _read_manifest(store, name, folder)
    if sorted(tags) != [f"{folder}/{tag}" for tag in _TAG_FILES]:
        yield Problem(store.address(name), "it does not list the tag files of a bag", _SEAL_AGAIN)
    for tag in _TAG_FILES:
        path = f"{folder}/{tag}"
        if path in tags and (not store.exists(path) or _digest(store, path) != tags[path]):
            yield Problem(store.address(path), f"it is not what {_TAG_MANIFEST} says", _SEAL_AGAIN)
            yield Problem(store.address(name), f"it does not say what {tag} is", _SEAL_AGAIN)
    gone = [path for path in _read_manifest(store, f"{folder}/{_MANIFEST}", folder) if not store.exists(path)]
    if gone:
        seen = f"{len(gone)} parts that it lists are not there: they were lost, or merged after sealing"
        yield Problem(store.address(f"{folder}/{_MANIFEST}"), seen, _SEAL_AGAIN)


def _line(digest: str, name: str, folder: str) -> str:
    return f"{digest.removeprefix('sha256:')}  {name.removeprefix(folder + '/')}\n"


def _read_manifest(store: Store, name: str, folder: str) -> dict[str, str]:
    """Return the digests that a manifest lists, by name in the archive; damaged lines are left out."""
    if not store.exists(name):
        return {}
    found = {}
    for line in store.read_bytes(name).decode("utf-8", "replace").splitlines():
        digest, blank, path = line.partition("  ")
        if blank:
            found[f"{folder}/{path}"] = f"sha256:{digest}"
    return found


def _digest(store: Store, name: str) -> str:
    with store.open(name) as file:
        return digest_file(file)
