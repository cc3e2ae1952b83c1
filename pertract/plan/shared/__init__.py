"""Several applications on one cluster: response times, utilisation, and how much more would be in time."""

from .document import sharing_document
from .study import Sharing, study_sharing
from .workload import Workload, parse_workload

__all__ = ["Sharing", "Workload", "parse_workload", "sharing_document", "study_sharing"]
