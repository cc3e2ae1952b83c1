"""How many partitions adaptive execution leaves."""

import pytest

from pertract import dsl

MIB = 1024**2


@pytest.mark.parametrize(
    ("shuffle_mib", "slots", "most", "expected"),
    [
        (640, 4, 200, 10),  # 64 MiB each
        (640, 40, 200, 40),  # one per slot
        (640, 40, 8, 8),  # no more than there were
        (5, 40, 200, 5),  # no smaller than 1 MiB
        (0, 40, 200, 1),
    ],
)
def test_small_shuffle_partitions_are_joined(shuffle_mib, slots, most, expected):
    assert dsl.AdaptiveExecution().partitions(shuffle_mib * MIB, slots, most) == expected


def test_the_advisory_size_counts_where_parallelism_does_not_come_first():
    assert dsl.AdaptiveExecution(parallelism_first=False).partitions(640 * MIB, 40, 200) == 10
