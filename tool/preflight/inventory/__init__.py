"""Registry → tables and pages, as values; nothing here writes a file."""
