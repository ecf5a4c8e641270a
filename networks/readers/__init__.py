"""Readers: each turns one kind of file into raw nodes and streets for ``networks.build``."""
