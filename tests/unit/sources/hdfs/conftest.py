"""A web server that answers what a test tells it, as for History Servers."""

from tests.unit.sources.history_server.conftest import (  # noqa: F401
    _no_settings_from_outside,
    new_web,
    web,
)
