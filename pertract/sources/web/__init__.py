"""Web servers that answer questions: who asks, patiently, and one plain sentence for what goes wrong.

`connection.Connection` asks; History Server, YARN, HDFS and MapReduce servers are asked through it.
"""

from .connection import Answer, Connection, Progress, quoted
from .credentials import Credentials, of_url, split

__all__ = ["Answer", "Connection", "Credentials", "Progress", "of_url", "quoted", "split"]
