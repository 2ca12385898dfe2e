"""Function families: the functions that the edges of a KAN combine."""
