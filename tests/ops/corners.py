"""Derivatives at the corners, where differences say nothing: ties, zeros, branches not taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from autograph_lite.ops import OPS
from autograph_lite.tape.tape import GradientTape
from tests.ops.checks import apply, boxed

INF, NAN = np.inf, np.nan


@dataclass(frozen=True, slots=True)
class Corner:
    """An op at a point: the gradient by each float input, of the result times `seed`."""

    op: str
    at: tuple[Any, ...]
    want: tuple[Any, ...]
    params: tuple[tuple[str, Any], ...] = ()
    seed: float = 1.0

    def __str__(self) -> str:
        return f"{self.op}{self.at}"


CORNERS = (
    Corner("absolute", (0.0,), (0.0,)),
    Corner("sign", (0.0,), (0.0,)),
    Corner("cast", (1.5,), (1.0,), (("dtype", "float32"),)),
    Corner("maximum", (1.0, 1.0), (0.5, 0.5)),
    Corner("minimum", (1.0, 1.0), (0.5, 0.5)),
    Corner("maximum", (2.0, 1.0), (1.0, 0.0)),
    Corner("minimum", (2.0, 1.0), (0.0, 1.0)),
    Corner("maximum", (0.0, -0.0), (0.5, 0.5)),
    Corner("hypot", (0.0, 0.0), (0.0, 0.0)),
    Corner("arctan2", (0.0, 0.0), (0.0, 0.0)),
    Corner("arctan2", (1.0, 1.0), (0.5, -0.5)),
    Corner("power", (3.0, 0.0), (0.0, np.log(3.0))),
    Corner("power", (0.0, 2.0), (0.0, 0.0)),
    Corner("power", (0.0, 0.0), (0.0, 0.0)),
    Corner("power_number", (0.0, 0.0), (0.0, None)),
    Corner("power_number", (0.0, 1.0), (1.0, None)),
    Corner("power_number", (-2.0, 3.0), (12.0, None)),
    Corner("max", ([2.0, 5.0, 5.0, 1.0],), ([0.0, 0.5, 0.5, 0.0],), (("axes", (0,)),)),
    Corner("min", ([2.0, 1.0, 5.0, 1.0],), ([0.0, 0.5, 0.0, 0.5],), (("axes", (0,)),)),
    Corner("prod", ([0.0, 3.0, 2.0],), ([6.0, 0.0, 0.0],), (("axes", (0,)),)),
    Corner("prod", ([0.0, 0.0, 2.0],), ([0.0, 0.0, 0.0],), (("axes", (0,)),)),
    Corner("sqrt", (0.0,), (0.0,), (), 0.0),
    Corner("log", (0.0,), (0.0,), (), 0.0),
    Corner("divide", (1.0, 0.0), (0.0, 0.0), (), 0.0),
    Corner("inner", ([1.0, 2.0], [INF, 3.0]), ([0.0, 0.0], [0.0, 0.0]), (), 0.0),
    Corner("prod", ([INF, 3.0],), ([0.0, 0.0],), (("axes", (0,)),), 0.0),
    Corner("products_before", ([INF, 3.0],), ([0.0, 0.0],), (("count", 1),), 0.0),
    Corner("carried", ([1.0, 1.0], [INF, 1.0]), ([0.0, 0.0], [0.0, 0.0]), (("count", 1),), 0.0),
    Corner("where", (True, 1.0, INF), (1.0, 0.0)),
    Corner("where", (False, NAN, 2.0), (0.0, 1.0)),
    Corner("choose", (False, INF), (0.0,)),
    Corner("scale", (0.0, 4.0), (4.0, 0.0)),
    Corner("scale", (2.0, 0.0), (0.0, 2.0)),
)


def check_corner(corner: Corner) -> None:
    op = OPS[corner.op]
    boxes = boxed([np.asarray(x) for x in corner.at])
    sources = [b for b in boxes if b.dtype.kind == "f"]
    seed = np.float64(corner.seed)
    with GradientTape() as tape:
        tape.watch(sources)
        out = apply(op, boxes, dict(corner.params)) * seed
    got = tape.gradient(out, sources)
    for g, want in zip(got, corner.want, strict=True):
        assert (g is None) == (want is None), f"{corner}: {got}"
        if want is not None:
            np.testing.assert_allclose(g.numpy(), want, rtol=1e-15, err_msg=str(corner))
