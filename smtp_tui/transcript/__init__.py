"""The record of a session and the scripts that play one."""
