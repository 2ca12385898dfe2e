"""Function families: what the edges of a KAN can be."""
