"""Image sequences: data cubes with a time table, and files of single frames packed together."""
