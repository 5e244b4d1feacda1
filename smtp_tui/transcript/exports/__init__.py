"""Exports: a session as a file for others to read or to play; one module a format."""
