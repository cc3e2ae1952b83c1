"""The Palladio Component Model (PCM 5.2), as the stock Palladio opens and simulates it.

`export` is the way out: a model and a `Scenario` become the seven files of a PCM model. How each element is
mapped is in ``transforms/pcm/``; what PCM cannot say, in `limits`.
"""

from .export import export
from .exported import Omission, PcmExport
from .scenario import NodePool, Scenario, StageLoad
from .stages import Form

__all__ = ["Form", "NodePool", "Omission", "PcmExport", "Scenario", "StageLoad", "export"]
