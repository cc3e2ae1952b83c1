"""PCM models as models of the language: `import_model`.

A model is read in steps: `documents` and `objects` make files into elements that refer to each other; `unfolding`
follows calls, so that a `program` over `quantities` is left; `stages` finds the tasks in it and `flow` what runs after
what; `profiles`, `cluster` and `outside` say it in the language, and `model` puts it together. Nothing goes by
the text of expressions: these are evaluated (`outcomes`, `sums`), so it does not matter how they are written.
"""

from .documents import kind_of
from .model import PcmImport, import_model

__all__ = ["PcmImport", "import_model", "kind_of"]
