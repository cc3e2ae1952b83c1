"""PCM 5.0 with the extension of the original PerTract, as its generator writes it.

For the simulator that the original comes with. A stock Palladio cannot open these files: their namespaces are
the stock ones, but they have `DistributedCallAction` and `ClusterResourceSpecification`.
"""

from .export import files

__all__ = ["files"]
