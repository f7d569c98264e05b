"""Eager execution: one op at a time, on data."""
