"""Splits of the six amounts of data of the published experiment.

Kroß & Krcmar 2019, section 6: eight files, blocks of 128 MB.
"""

from __future__ import annotations

import pytest

from pertract.transforms.original import flow
from pertract.transforms.original.metamodel import FileDataModel, FileSpecification

ROWS = [
    ("random forest, small", 1.89, 128, 0.9375),
    ("random forest, large", 3.58, 232, 0.9655),
    ("random forest, huge", 5.52, 360, 0.9777),
    ("linear regression, small", 1.86, 120, 0.9333),
    ("linear regression, large", 3.49, 224, 0.9642),
    ("linear regression, huge", 5.59, 360, 0.9777),
]


@pytest.mark.parametrize(("_name", "gigabytes", "partitions", "full"), ROWS, ids=[row[0] for row in ROWS])
def test_number_of_splits_and_share_of_full_ones(
    _name: str, gigabytes: float, partitions: int, full: float
) -> None:
    size = int(gigabytes * 1024)
    data = FileDataModel(files=tuple(FileSpecification(size=size) for _ in range(8)), partition_size=128)
    assert flow.splits(data) == partitions
    assert flow.full_ratio(data) == full
