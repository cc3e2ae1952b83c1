"""How much data reaches a node, and how many tasks it has, by the rules of the original's tools.

Data enter whole at the top node. A composite node hands them on to its children one after the other, in
the order in which its edges first name them, times the factor of the edge that first names a child as head.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from .metamodel import DataWorkloadArchitecture, DirectedEdge, ExecutionNode, FileDataModel, FileSpecification
from .references import ROOT, step

TOP = step(ROOT, "topNode")


def splits(data: FileDataModel) -> int:
    """Return the splits of files: none is larger than the partition size, and none has parts of two files."""
    if data.partition_size <= 0:
        return sum(file.size > 0 for file in data.files)
    return sum(-(-_size(file) // data.partition_size) for file in data.files)


def full_ratio(data: FileDataModel) -> float:
    """Return the share of splits that have the whole partition size, in whole ten-thousandths."""
    count = splits(data)
    if data.partition_size <= 0 or count == 0:
        return 1.0
    full = sum(_size(file) // data.partition_size for file in data.files)
    return (10_000 * full // count) / 10_000


def megabytes(data: FileDataModel) -> int:
    """Return the size of all files, MB."""
    return sum(map(_size, data.files))


def _size(file: FileSpecification) -> int:
    return max(0, file.size)


def first_files(workload: DataWorkloadArchitecture) -> FileDataModel | None:
    """Return the data that all nodes read: the tools look at the first data model only."""
    first = workload.data_models[0] if workload.data_models else None
    return first if isinstance(first, FileDataModel) else None


def forks(node: ExecutionNode, workload: DataWorkloadArchitecture) -> int:
    """Return the number of tasks of a leaf."""
    files = first_files(workload)
    if node.spout and files is not None:
        return max(1, splits(files))
    return max(1, node.parallelism)


def visits(node: ExecutionNode, place: str) -> list[tuple[int, float]]:
    """Return the children in the order in which they run, each with its part of the node's data.

    Parameters
    ----------
    node
        A composite node.
    place
        Where it is in its file.

    Returns
    -------
    list
        Position of a child and the running product of factors. Children without edges come last and get
        all data; the original's tools leave them out, unless there are no edges and it is the first child.
    """
    factors = _first_factors(node.edges_of_children)
    position = {step(place, f"children.{i}"): i for i in range(len(node.children))}
    found: list[tuple[int, float]] = []
    product = 1.0
    for child, factor in factors.items():
        if child in position:
            product *= factor if math.isfinite(factor) and factor >= 0 else 1.0
            found.append((position[child], product))
    found += [(i, 1.0) for child, i in position.items() if child not in factors]
    return found


def _first_factors(edges: tuple[DirectedEdge, ...]) -> dict[str, float]:
    factors: dict[str, float] = {}
    for edge in edges:
        if edge.tail is not None:
            factors.setdefault(edge.tail, 1.0)
        if edge.head is not None:
            factors.setdefault(edge.head, edge.data_transmission_factor)
    return factors


def shares(node: ExecutionNode, place: str = TOP, share: float = 1.0) -> Iterator[tuple[str, float]]:
    """Yield every leaf's place with its part of the data that enter the node, in the order they run."""
    if not node.children:
        yield place, share
    for i, factor in visits(node, place):
        yield from shares(node.children[i], step(place, f"children.{i}"), share * factor)
