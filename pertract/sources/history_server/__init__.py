"""Spark History Servers and the web interface of running applications, over their REST API."""

from .applications import identifiers as applications
from .client import Server
from .detect import probe
from .reader import read

__all__ = ["Server", "applications", "probe", "read"]
