"""The shipped problems: one file, one partial differential equation."""
