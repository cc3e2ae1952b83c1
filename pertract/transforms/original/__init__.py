"""The formats of the original PerTract (Kroß & Krcmar 2019), both ways.

An original model is three files, a `Trio`: application (``.pta``), data workload (``.ptd``) and resources
(``.ptr``), in EMF-JSON or XMI. How each element is mapped is in ``transforms/original/``.
"""

from .document import left_out, read, trio_of, write
from .trio import File, Notation, Trio, name_in

__all__ = ["File", "Notation", "Trio", "left_out", "name_in", "read", "trio_of", "write"]
