"""The tagger computes on one thread, and the caller's own setting holds again behind it."""

from __future__ import annotations

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from cleaners.tagger.alike import MAX_SINGLE_LINES, Alike, to_exact
from cleaners.tagger.network import MAX_HIDDEN
from cleaners.tagger.threads import one_thread


def count_threads() -> set[int]:
    """Return how many threads the matrix libraries may use."""
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


def fail_inside() -> None:
    """Fail while the limit holds."""
    with one_thread():
        assert count_threads() == {1}
        raise ZeroDivisionError


def test_threads_are_limited_inside_and_restored_behind() -> None:
    """Even where the work between fails."""
    with threadpool_limits(limits=2, user_api="blas"):
        with pytest.raises(ZeroDivisionError):
            fail_inside()
        assert count_threads() == {2}


def test_callers_that_overlap_do_not_undo_each_other() -> None:
    """Two threads of a caller: the first ends while the second still computes."""
    with threadpool_limits(limits=2, user_api="blas"):
        first, second = one_thread(), one_thread()
        first.__enter__()
        second.__enter__()
        first.__exit__(None, None, None)
        assert count_threads() == {1}
        second.__exit__(None, None, None)
        assert count_threads() == {2}


@pytest.mark.parametrize("lines", [1, MAX_SINGLE_LINES, MAX_SINGLE_LINES + 1])
def test_sums_over_lines_are_exact(lines: int) -> None:
    """Single precision only where no sum of the largest numbers can leave what it holds."""
    assert lines * MAX_HIDDEN <= 2 ** np.finfo(to_exact(lines)).nmant * 2
    means = Alike.from_keys(np.zeros(lines, np.int64)).to_means(np.full((lines, 2), MAX_HIDDEN, np.float32))
    assert means.tolist() == [[MAX_HIDDEN, MAX_HIDDEN]]
