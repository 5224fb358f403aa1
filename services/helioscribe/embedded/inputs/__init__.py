"""Inputs of the command line: files, folders, addresses, zarr stores, sequences and downloads."""
