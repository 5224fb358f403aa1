"""What the command line reads: files, folders, addresses, zarr stores, sequences, and what archives deliver."""
