"""``strigil duplicates``: link what is the same, nearly the same, quoted or changed."""

from __future__ import annotations

from flows.cli_options import (
    DEFAULT_ARCHIVE,
    ArchiveOption,
    EditionOption,
    find_edition,
    open_archive,
    stderr,
    stdout,
)


def duplicates(archive: ArchiveOption = DEFAULT_ARCHIVE, edition: EditionOption = None) -> None:
    """Link duplicates, near duplicates, shared quotations and the versions of a URL; nothing is deleted.

    Only what is new since the last time is read again. The result is what `strigil sql` shows as
    duplicates, shared_quotes and versions. Example: strigil duplicates --archive news
    """
    opened = open_archive(archive)
    edition = find_edition(opened, edition)
    from archive.linking import link_edition
    from archive.read import query

    with stderr().status(f"Comparing the documents of {archive} …"):
        built = link_edition(opened, edition=edition)
    console = stdout()
    if not built.is_new:
        console.print("Nothing new: the links are up to date.")
    [counts] = query(
        opened,
        """
        select (select count(*) from duplicates where kind = 'payload') as payload,
            (select count(*) from duplicates where kind = 'text') as text,
            (select count(*) from duplicates where kind = 'near') as near,
            (select count(distinct near_duplicate_group) from duplicates) as groups,
            (select count(*) from shared_quotes) as quotes,
            (select count(*) from versions where is_changed) as versions
        """,
        edition=edition,
    )
    console.print(
        "{payload:,} captures came before byte for byte, {text:,} with the same text.\n"
        "{near:,} are near duplicates, in {groups:,} groups.\n"
        "{quotes:,} quotations stand in an earlier story too.\n"
        "{versions:,} captures changed a page that was known.".format(**counts)
    )
