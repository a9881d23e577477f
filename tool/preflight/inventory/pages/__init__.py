"""The pages: one module a kind, with its template of the same name."""
