"""Make an event log that can be shared: same structure and numbers, but nobody's names.

What stays is listed and everything else is replaced: numbers, truth values and nulls stay, and text stays
where it is one of Spark's own words (`vocabulary`). All other text becomes a token such as
``host-9c1185a5c5e9``: a keyed hash, so that the same text always gives the same token, but nobody without
the key can try names until one fits. Maps that people fill freely lose their content, except for Spark
settings that matter for performance.

What the model depends on survives: whether the name of a data set looks like a path, names an exchange or
a collection of the driver's, and that equal names stay equal.
"""

from .events import DAMAGED, MOST_COUNTED, Anonymiser, anonymise
from .key import read_key
from .log import Anonymised, anonymise_log

__all__ = [
    "DAMAGED",
    "MOST_COUNTED",
    "Anonymised",
    "Anonymiser",
    "anonymise",
    "anonymise_log",
    "read_key",
]
