"""Nodes and cotangents -> cotangents: the reverse pass.  See README.md."""
