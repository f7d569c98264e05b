"""The data that all stages speak of, and questions about it."""
