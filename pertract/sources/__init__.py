"""Sources of measurements: from bytes to typed records; nothing here knows the language."""
