"""Programs that print figures about Pertract; see README.md."""
