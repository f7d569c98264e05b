"""Gradient tapes and the transforms on top of them."""
