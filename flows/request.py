"""The backfill form: one flat model, as Prefect's UI draws it best, and what is refused beforehand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, WithJsonSchema

from archive.archive import Archive
from archive.errors import ArchiveError, NotAnArchiveError
from archive.values import Pipeline
from captures.errors import CaptureError
from captures.values import ReadOptions
from flows.cli_options import check_archive_place, default_archive
from flows.errors import FlowError, UsageError
from flows.languages import Language
from flows.plan import RunOptions, check_apart, check_input
from flows.policies import PolicyChoice, current_policy, to_policy
from flows.selection import Selection, to_site
from flows.shard import pipeline_for, pipeline_of

Format = Literal["auto", "txt", "html", "jsonl", "parquet", "warc", "wacz"]
# The form draws a date that may be empty as a calendar; `date | None` would be drawn as a choice of types.
Day = Annotated[date | None, WithJsonSchema({"type": "string", "format": "date"})]
_WHOLE_REQUEST: Final = "the form"


def _without_default(schema: dict[str, Any]) -> None:
    """Take the default out of a field's schema: the form would send null, which is no date."""
    schema.pop("default", None)


class BackfillRequest(BaseModel):
    """Clean a source that has lain there, or the part of it you choose, into an archive."""

    model_config = ConfigDict(extra="forbid")

    source: str = Field(
        min_length=1,
        title="Source",
        description="A file, a folder, a pattern such as dump/**/*.warc.gz, or s3://bucket/prefix.",
    )
    archive: str = Field(
        default_factory=default_archive, min_length=1, title="Archive",
        description="The folder of the archive; it is made if it is not there.",
        json_schema_extra={"default": default_archive()},
    )  # fmt: skip
    format: Format = Field(
        default="auto", title="Format", description="auto looks at the content of each file."
    )
    captured_from: Day = Field(
        default=None, title="Captured from",
        description="First day (UTC) of the captures to take; empty: from the first there is.",
        json_schema_extra=_without_default,
    )  # fmt: skip
    captured_to: Day = Field(
        default=None, title="Captured to",
        description="Last day (UTC) of the captures to take, included; empty: to the last there is.",
        json_schema_extra=_without_default,
    )  # fmt: skip
    sites: list[str] = Field(
        default=[], title="Sites",
        description="Hosts, such as example.org, each with all hosts below it; none: every site.",
    )  # fmt: skip
    languages: list[Language] = Field(
        default=[], title="Languages",
        description="Languages of the story, as found in the kept text; none: every language.",
    )  # fmt: skip
    policy: PolicyChoice = Field(
        default="as now", title="Policy",
        description="How readily a doubtful line goes: strict removes it, lenient keeps it, "
        "annotate only labels; as now: as in the archive's current edition, balanced in a new archive.",
    )  # fmt: skip
    edition: Literal["current", "new"] = Field(
        default="current", title="Edition",
        description="current: the rows join those that readers see. new: they stand in an edition of the "
        "installed cleaners, with everything the archive holds, until that is promoted.",
    )  # fmt: skip
    captures_per_shard: int = Field(
        default=2_000, ge=1, le=100_000, title="Captures per shard",
        description="Captures that one task cleans; half a minute of work or more is good.",
    )  # fmt: skip
    dry_run: bool = Field(
        default=False, title="Dry run",
        description="Count what would be cleaned and show twenty captures before and after; write nothing.",
    )  # fmt: skip
    compare_with: str = Field(
        default="", title="Compare with",
        description="The name of another edition: the report then shows how many texts differ. Empty: none.",
    )  # fmt: skip

    @property
    def selection(self) -> Selection:
        """Return which captures are wanted."""
        sites = tuple(to_site(site) for site in self.sites)
        return Selection(self.captured_from, self.captured_to, sites, tuple(self.languages))

    @property
    def options(self) -> RunOptions:
        """Return what the run is told."""
        read = ReadOptions(format=None if self.format == "auto" else self.format)
        return RunOptions(
            to_policy(self.policy),
            read,
            captures_per_shard=self.captures_per_shard,
            selection=self.selection,
        )

    @property
    def days(self) -> str:
        """Return the days asked for, in words; nothing when all are.

        >>> BackfillRequest(source="a", captured_from="2020-02-01").days
        'from 2020-02-01'
        """
        words = (("from", self.captured_from), ("to", self.captured_to))
        return " ".join(f"{word} {day}" for word, day in words if day)


def to_request(request: BackfillRequest | dict[str, Any]) -> BackfillRequest:
    """Return the request as a model; raise ``UsageError`` with a sentence for each thing that is wrong."""
    if isinstance(request, BackfillRequest):
        return request
    try:
        return BackfillRequest.model_validate(request)
    except ValidationError as error:
        problems = [
            f"{'.'.join(map(str, one['loc'])) or _WHOLE_REQUEST}: {one['msg']}" for one in error.errors()
        ]
        raise UsageError(f"The request cannot be read: {'; '.join(problems)}.") from error


def open_existing(place: str) -> Archive | None:
    """Open an archive that is there; make none."""
    try:
        return Archive.open(place, create=False)
    except NotAnArchiveError:
        return None


def pipeline_to(store: Archive, request: BackfillRequest) -> Pipeline:
    """Return the pipeline whose edition the rows go to."""
    policy = to_policy(request.policy)
    if request.edition == "new":
        return pipeline_of(policy or current_policy(store))
    return pipeline_for(store, policy)


def check_request(request: BackfillRequest) -> None:
    """Raise ``UsageError`` if the request cannot be done; nothing is made or changed."""
    problems = [*_find_contradictions(request)]
    try:
        check_archive_place(request.archive)
        check_apart(request.source, request.archive)
        check_input([request.source], request.options.read)
        store = open_existing(request.archive)
        problems.extend(_find_edition_problems(request, store))
    except (CaptureError, ArchiveError, FlowError, OSError) as error:
        problems.append(str(error))
    if problems:
        raise UsageError(" ".join(problems))


def _find_contradictions(request: BackfillRequest) -> Iterator[str]:
    """Yield a sentence for each thing that cannot be, whatever the archive holds."""
    if request.captured_from and request.captured_to and request.captured_from > request.captured_to:
        yield (
            f"Captured from {request.captured_from} is after captured to {request.captured_to}: "
            "no capture lies between them."
        )
    for site in request.sites:
        if "." not in to_site(site):
            yield f"{site!r} is no site: give a host such as example.org."


def _find_edition_problems(request: BackfillRequest, store: Archive | None) -> Iterator[str]:
    if store is None:
        if request.compare_with:
            yield f"There is nothing to compare with yet: there is no archive at {request.archive}."
        return
    pipeline = pipeline_to(store, request)
    if request.compare_with and store.find_edition(request.compare_with) == pipeline.edition:
        yield f"{request.compare_with} is the edition this would write: it cannot be compared with itself."
