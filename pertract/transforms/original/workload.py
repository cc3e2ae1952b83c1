"""Data and how they arrive, both ways."""

from __future__ import annotations

import math

from ... import dsl
from ...units import MIB
from . import flow
from .metamodel import (
    ApplicationConfiguration,
    DataModel,
    DataSource,
    DataWorkloadArchitecture,
    FileDataModel,
    FileSpecification,
    MiniBatchConfiguration,
    OpenDataSource,
    RecordDataModel,
    SingleDataSource,
)
from .naming import data_id, is_empty
from .values import INT_MOST, LONG_MOST

_NAME = "DataWorkloadArchitecture"  # where data have none
_MOST_FILES = 10_000


def read_workload(
    workload: DataWorkloadArchitecture, configuration: ApplicationConfiguration | None
) -> dsl.DataWorkload:
    """Return the data models; those that say nothing are left out."""
    found: list[dsl.FileData | dsl.RecordData] = []
    for i, data in enumerate(workload.data_models):
        name = workload.name if i == 0 and workload.name not in (None, _NAME) else ""
        source = _read_source(data, configuration)
        if isinstance(data, RecordDataModel):
            found.append(_read_records(data, i, name, source))
        elif isinstance(data, FileDataModel) and not is_empty(data):
            found.append(_read_files(data, i, name, source))
    return dsl.DataWorkload(data=tuple(found))


def _read_records(
    data: RecordDataModel, position: int, name: str | None, source: dsl.SingleSource | dsl.OpenSource
) -> dsl.RecordData:
    return dsl.RecordData(
        id=data_id(position),
        name=name or "",
        mean_record_bytes=max(0, data.mean_record_size),
        partitions=max(1, data.data_source.partitions if data.data_source else 0),
        source=source,
    )


def _read_files(
    data: FileDataModel, position: int, name: str | None, source: dsl.SingleSource | dsl.OpenSource
) -> dsl.FileData:
    size_bytes = flow.megabytes(data) * MIB
    return dsl.FileData(
        id=data_id(position),
        name=name or "",
        size_bytes=size_bytes,
        records=sum(max(0, file.records) for file in data.files),
        partitions=max(1, flow.splits(data)),
        files=len(data.files),
        files_bytes=size_bytes,
        split_bytes=data.partition_size * MIB if data.partition_size > 0 else None,
        source=source,
    )


def _read_source(
    data: DataModel, configuration: ApplicationConfiguration | None
) -> dsl.SingleSource | dsl.OpenSource:
    if not isinstance(data.data_source, OpenDataSource):
        return dsl.SingleSource()
    batches = isinstance(configuration, MiniBatchConfiguration)
    interval_s = configuration.mini_batch_interval if isinstance(configuration, MiniBatchConfiguration) else 0
    return dsl.OpenSource(
        arrival_rate_per_s=arrivals(data.data_source),
        batch_interval_s=interval_s if batches and interval_s > 0 else None,
    )


def arrivals(source: OpenDataSource) -> float:
    """Return the records that arrive in a second; 0 for what is no rate."""
    rate = source.arrival_rate
    return rate if math.isfinite(rate) and rate > 0 else 0.0


def write_workload(workload: dsl.DataWorkload) -> DataWorkloadArchitecture:
    """Return the data models, or an empty one where there are none, because the metamodel wants one."""
    empty = FileDataModel(data_source=SingleDataSource(), files=(FileSpecification(),), partition_size=1)
    models = tuple(map(_write, workload.data)) or (empty,)
    name = next((data.name for data in workload.data[:1]), "")
    return DataWorkloadArchitecture(name=name or _NAME, data_models=models)


def _write(data: dsl.FileData | dsl.RecordData) -> DataModel:
    if isinstance(data, dsl.RecordData):
        return RecordDataModel(
            data_source=_write_source(data.source, data.partitions),
            mean_record_size=min(round(data.mean_record_bytes), LONG_MOST),
        )
    sizes, partition_size = file_sizes(data)
    first, *others = sizes
    return FileDataModel(
        data_source=_write_source(data.source, 0),
        files=(
            FileSpecification(size=first, records=min(data.records, LONG_MOST)),
            *(FileSpecification(size=size) for size in others),
        ),
        partition_size=partition_size,
    )


def _write_source(source: dsl.SingleSource | dsl.OpenSource, partitions: int) -> DataSource:
    if isinstance(source, dsl.OpenSource):
        return OpenDataSource(partitions=partitions, arrival_rate=source.arrival_rate_per_s)
    return SingleDataSource(partitions=partitions)


def file_sizes(data: dsl.FileData) -> tuple[list[int], int]:
    """Return sizes of files and the largest split, MB, that give the splits of the calibration run.

    These are the real files and splits where these are known and give them, else one file, else a file for
    each split. Splits below one MB are the one thing that whole MB cannot say.
    """
    total = min(math.ceil(data.size_bytes / MIB), LONG_MOST)
    wanted = data.partitions
    candidates = []
    if data.files and data.split_bytes and data.files <= min(total, _MOST_FILES):
        candidates.append((data.files, max(1, round(data.split_bytes / MIB))))
    candidates.append((1, max(1, math.ceil(total / wanted))))
    if wanted <= min(total, _MOST_FILES):
        candidates.append((wanted, max(1, math.ceil(total / wanted))))
    for files, split in candidates:
        sizes = [total // files + (i < total % files) for i in range(files)]
        if split <= INT_MOST and sum(-(-size // split) for size in sizes) == wanted:
            return sizes, split
    return [total], min(max(1, math.ceil(total / wanted)), INT_MOST)
