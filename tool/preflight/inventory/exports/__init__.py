"""The same inventory for machines and spreadsheets: one module a format."""
