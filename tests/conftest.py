"""What holds for all tests."""

from hypothesis import settings

# The same examples every time, however slow the machine: a test that fails now and then is a bug.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")
