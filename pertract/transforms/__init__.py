"""Models to other tools' formats and back: text in, text out, no files."""
