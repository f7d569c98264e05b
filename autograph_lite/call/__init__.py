"""Compiled functions: signature -> kernel, and what a call does."""
