"""Graph -> kernel.  See README.md."""
