"""``strigil seal``: make an edition a BagIt bag."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli_options import DEFAULT_ARCHIVE, ArchiveOption, open_archive, stdout


def seal(
    edition: Annotated[
        str, typer.Argument(help="Name of an edition.", metavar="EDITION", show_default="the current one")
    ] = "",
    archive: ArchiveOption = DEFAULT_ARCHIVE,
) -> None:
    """Write the checksums of an edition beside it, as BagIt has them, to hand it on or keep it.

    Anybody can check it then: sha256sum -c manifest-sha256.txt, or bagit.py --validate. Parts that
    are added later are not in the bag until it is sealed again.

    Example: strigil seal --archive news
    """
    opened = open_archive(archive)
    bag = opened.seal(opened.find_edition(edition) if edition else None)
    stdout().print(
        f"Sealed {bag.edition}: {bag.parts:,} parts, {bag.size_bytes:,} bytes.", markup=False, soft_wrap=True
    )
