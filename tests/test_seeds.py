"""The two captures the project began with come out clean; skipped where they are not there."""

import pytest

from bench.seeds import DEFAULT_SEEDS, Check, find_checks


@pytest.mark.skipif(not DEFAULT_SEEDS.is_dir(), reason=f"the captures are not in {DEFAULT_SEEDS}")
def test_the_first_two_captures_come_out_clean() -> None:
    """No debris line left, no story line lost, all fields lifted, nothing lost in the ledger."""
    checks: list[Check] = list(find_checks(DEFAULT_SEEDS))
    assert len({check.capture for check in checks}) == 2
    assert [check for check in checks if not check.holds] == []
