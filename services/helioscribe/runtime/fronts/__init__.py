"""Processes that take a server's gRPC calls and pass them on to it: one interpreter alone answers few small ones."""
