"""Python function -> staged function: ordinary Python whose control flow is calls."""

from autograph_lite.frontend.convert import Converted, convert, is_staged, origin_of

__all__ = ["Converted", "convert", "is_staged", "origin_of"]
