"""PCM models as models of the language: `import_model`.

``documents``, ``objects``
    Files become elements that refer to each other.
``system``, ``environment``, ``unfolding``, ``usage``
    Calls are followed, so that a ``program`` over ``quantities`` is left: what is done, taken and waited for.
``stages``, ``flow``, ``order``
    The tasks of stages are found in it, and what runs after what.
``reading``, ``leaves``, ``launches``, ``outcomes``, ``chances``
    A stage in numbers: what its tasks need, in order of launch.
``profiles``, ``dependencies``, ``sums``, ``cluster``, ``outside``, ``execution``, ``approximations``,
``model``
    The same in the language.

Nothing goes by the text of expressions. They are evaluated, at other values too, so it does not matter how
they are written.
"""

from .documents import kind_of
from .model import PcmImport, import_model

__all__ = ["PcmImport", "import_model", "kind_of"]
