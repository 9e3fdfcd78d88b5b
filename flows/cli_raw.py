"""``strigil raw``: the bytes that came in."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli_options import DEFAULT_ARCHIVE, ArchiveOption, check_file, open_archive
from flows.errors import FlowError

if TYPE_CHECKING:
    from archive.archive import Archive


def raw(
    capture_id: Annotated[str, typer.Argument(help="The capture_id of a row.", metavar="CAPTURE_ID")],
    archive: ArchiveOption = DEFAULT_ARCHIVE,
    out: Annotated[Path | None, typer.Option(help="Write them here instead.", metavar="FILE")] = None,
    *,
    http: Annotated[
        bool, typer.Option("--http", help="The whole HTTP message of the WARC record: status, headers, body.")
    ] = False,
) -> None:
    """Print the bytes of a capture as they came in, compared with their digest.

    Example: strigil raw 00112233445566778899aabbccddeeff --out page.html
    """
    opened = open_archive(archive)
    if out is not None:
        check_file(out)
    data = _read(opened, capture_id, http=http)
    if out is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    else:
        out.write_bytes(data)


def _read(archive: Archive, capture_id: str, *, http: bool) -> bytes:
    from captures.warc import read_http
    from flows.shard import read_again

    payload = archive.raw(capture_id, read_again)
    if not http:
        return payload
    original = archive.find_original(capture_id)
    message = read_http(original.where, original.offset)
    if message is None:
        raise FlowError(
            f"Capture {capture_id} did not come over HTTP: its record in {original.where} "
            "holds the payload alone. Leave out --http."
        )
    return message
