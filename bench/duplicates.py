"""Time, memory and recall of ``strigil duplicates`` on captures made up for it.

    python -m bench.duplicates --documents 100000

Of ten documents one is an exact duplicate, two are near duplicates with known likeness, one is the
next version of a URL. The archive is made without cleaning, which is not what is measured here.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from archive.archive import Archive
from archive.linking import link_edition
from archive.read import query
from archive.values import Pipeline
from captures.values import Capture, Provenance
from cleaners.values import CleanedPage, Fields, Status

_PIPELINE: Final = Pipeline("bench", "1", "annotate", "sha256:" + "0" * 64)
_WORDS: Final = 300
_BATCH: Final = 5_000
_VOCABULARY: Final = 40_000
_COMPARED: Final = 5_000
_NEAR: Final = """
select duplicates.url, similarity, later.text, other.text as other_text
from duplicates join documents later using (capture_id)
join documents other on other.capture_id = similar_to where kind = 'near' order by capture_id
"""
_START: Final = datetime(2024, 1, 1, tzinfo=UTC)


class Planted(NamedTuple):
    """A near duplicate that was made, and how like its original by their five-word runs."""

    url: str
    similarity: float


def write_archive(folder: Path, documents: int, *, seed: int = 0) -> list[Planted]:
    """Make an archive of so many documents; return the near duplicates in it."""
    archive = Archive.open(folder)
    planted: list[Planted] = []
    captures: list[Capture] = []
    for capture in _captures(documents, planted, random.Random(seed)):  # noqa: S311 - nothing secret
        captures.append(capture)
        if len(captures) == _BATCH:
            _publish(archive, captures)
            captures = []
    _publish(archive, captures)
    archive.promote(_PIPELINE)
    return planted


def measure(folder: Path, planted: list[Planted]) -> dict[str, float]:
    """Link an archive twice; return seconds, memory and how much of what was planted was found."""
    archive = Archive.open(folder, create=False)
    started = time.perf_counter(), time.process_time()
    link_edition(archive)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    wall, cpu = time.perf_counter() - started[0], time.process_time() - started[1]
    again = time.perf_counter()
    link_edition(archive)
    again = time.perf_counter() - again
    near = query(archive, _NEAR)
    found = {row["url"] for row in near}
    clear = [one for one in planted if one.similarity >= 0.8]
    true = [_likeness(row["text"].split(), row["other_text"].split()) for row in near[:_COMPARED]]
    errors = [abs(row["similarity"] - likeness) for row, likeness in zip(near, true, strict=False)]
    links = next(iter((folder / "clean").glob("*/links")))
    return {
        "seconds": wall,
        "CPU seconds": cpu,
        "seconds when nothing is new": again,
        "peak memory, MiB": peak,
        "links and sketches, MB": sum(path.stat().st_size for path in links.rglob("*.parquet")) / 1e6,
        "parts, MB": sum(path.stat().st_size for path in folder.glob("clean/*/data/*/*.parquet")) / 1e6,
        "recall of near duplicates at 0.8 and more": sum(one.url in found for one in clear) / len(clear),
        "called near, though less like than 0.6": float(sum(likeness < 0.6 for likeness in true)),
        "mean error of similarity": sum(errors) / len(errors),
    }


def _captures(documents: int, planted: list[Planted], random_: random.Random) -> Iterator[Capture]:
    """Yield captures, each an hour after the one before."""
    vocabulary = [_word(random_) for _ in range(_VOCABULARY)]
    recent: list[tuple[str, list[str]]] = []
    for number in range(documents):
        url = f"http://site{number % 97}.example/story/{number}"
        kind = number % 10
        if recent and kind in {3, 6, 7, 8}:
            of, original = random_.choice(recent)
            words = original.copy()
            if kind in {6, 7}:
                _edit(words, random_.randint(1, 12), random_)
                planted.append(Planted(url, _likeness(words, original)))
            elif kind == 8:
                url = of
                words += random_.choices(vocabulary, k=40)
        else:
            words = random_.choices(vocabulary, k=_WORDS)
        recent = [*recent[-500:], (url, words)]
        yield _capture(number, url, words)


def _capture(number: int, url: str, words: list[str]) -> Capture:
    lines = [" ".join(words[at : at + 30]) for at in range(0, len(words), 30)]
    lines[0] = f"“{lines[0]}”"
    return Capture(
        "\n".join(lines).encode(), Provenance("made", "bench", "txt", number), url=url,
        captured_at=_START + timedelta(minutes=number), captured_at_source="record",
    )  # fmt: skip


def _publish(archive: Archive, captures: list[Capture]) -> None:
    batch = archive.commit(captures)
    texts = [capture.payload.decode() for capture in batch.captures]
    archive.publish(
        batch, [CleanedPage(text, text, (), (), Fields(), Status.CLEANED) for text in texts], _PIPELINE
    )


def _word(random_: random.Random) -> str:
    return hashlib.sha256(random_.randbytes(8)).hexdigest()[: random_.randint(2, 9)].translate(_LETTERS)


_LETTERS: Final = str.maketrans("0123456789", "ghijklmnop")


def _edit(words: list[str], times: int, random_: random.Random) -> None:
    """Change so many words."""
    for at in random_.sample(range(len(words)), times):
        words[at] = _word(random_)


def _likeness(one: list[str], other: list[str]) -> float:
    runs = [{tuple(words[at : at + 5]) for at in range(len(words) - 4)} for words in (one, other)]
    return len(runs[0] & runs[1]) / len(runs[0] | runs[1])


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--documents", type=int, default=100_000)
    count = parser.parse_args().documents
    with tempfile.TemporaryDirectory() as folder:
        planted = write_archive(Path(folder), count)
        print(f"{count:,} documents")
        for name, figure in measure(Path(folder), planted).items():
            print(f"{name:45}{figure:12,.3f}")


if __name__ == "__main__":
    main()
