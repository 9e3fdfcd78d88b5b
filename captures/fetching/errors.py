"""Why a URL was not fetched, or not to its end. None of these leaves the fetch of that URL.

RefusedError          a rule of ours says no: nothing was sent, or nothing more
├── ForbiddenUrlError     no http(s) URL, or one made to be misread
└── ForbiddenAddressError the name leads to an address of a private network
FetchFailedError      asked, and there was no (whole) answer
SourcesFileError      a sources.toml that cannot be read; tells every mistake at once
"""

from __future__ import annotations

from captures.errors import CaptureError


class RefusedError(CaptureError):
    """A rule of ours forbids the request. ``reason`` is a short code, the message tells the rest."""

    def __init__(self, reason: str, what: str) -> None:
        super().__init__(what)
        self.reason = reason


class ForbiddenUrlError(RefusedError):
    """A URL that is not fetched whatever it leads to."""

    def __init__(self, what: str) -> None:
        super().__init__("forbidden-url", what)


class ForbiddenAddressError(RefusedError):
    """A host that resolves to an address outside the public internet, or a port no web server has."""

    def __init__(self, what: str) -> None:
        super().__init__("forbidden-address", what)


class FetchFailedError(CaptureError):
    """No answer, or one that broke off. ``reason`` is a short code, ``is_passing`` whether to try again."""

    def __init__(self, reason: str, what: str, *, is_passing: bool = True) -> None:
        super().__init__(what)
        self.reason = reason
        self.is_passing = is_passing


class SourcesFileError(CaptureError):
    """A file of sources with mistakes."""

    def __init__(self, path: str, problems: tuple[str, ...]) -> None:
        lines = "\n".join(f"  {problem}" for problem in problems)
        super().__init__(f"{path} cannot be used:\n{lines}\ndocs/fetching.md has the reference")
        self.problems = problems
