"""What a compiled kernel needs to run: loading, caching, calling, memory.  See README.md."""
