"""A session as the command of another tool, one module a tool; secrets come from variables."""
