"""A terminal workbench for SMTP."""

__version__ = "0.1.0"
