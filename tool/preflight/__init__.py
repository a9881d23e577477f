"""preflight: vendor governance as code for marketing technology."""

__version__ = "0.1.0"
