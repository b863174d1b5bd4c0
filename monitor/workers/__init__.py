"""Processes that may be killed, in which untrusted bytes are parsed."""
