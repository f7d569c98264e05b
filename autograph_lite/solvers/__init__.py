"""Solvers that are differentiated as they stand: each is Python over this library, staged from its source."""
