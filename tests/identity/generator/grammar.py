"""The language of the random programs: a table of expressions, the helpers, and what they capture.

Kinds: `s` scalar tensor, `v` vector tensor, `m` matrix tensor, `i` Python int, `j` int64 tensor,
`f` Python float, `b` condition, `t` condition that NumPy may have; `l` a list of two scalars, `d` a dict of
two, `o` an object with two, `p` a named tuple of two, `c` a function of a scalar.  Floats have one dtype per
program; int tensors are cast to it.
"""

from __future__ import annotations

LITERALS = ("0.5", "2.0", "-1.5", "0.1", "0.3", "3", "1.7", "-0.25", "1e-3")
Row = tuple[str, str, str, int]
# Each row: result kind, text, kinds of the parts, weight.
ARRAYS: tuple[Row, ...] = (
    ("s", "({} + {})", "ss", 4),
    ("s", "({} - {})", "ss", 3),
    ("s", "({} * {})", "ss", 5),
    ("s", "({} / ({} * {} + 1.5))", "sss", 2),
    ("s", "({} * {})", "fs", 3),
    ("s", "({} + {})", "sf", 2),
    ("s", "({} - {})", "fs", 1),
    ("s", "np.sin({})", "s", 2),
    ("s", "np.cos({})", "s", 1),
    ("s", "np.tanh({})", "s", 3),
    ("s", "np.exp(-np.abs({}))", "s", 1),
    ("s", "np.arctan2({}, {} * {} + 0.5)", "sss", 1),
    ("s", "ag.special.softplus({})", "s", 1),
    ("s", "np.sqrt({} * {} + 0.5)", "ss", 1),
    ("s", "np.log({} * {} + 1.1)", "ss", 1),
    ("s", "(-{})", "s", 1),
    ("s", "abs({})", "s", 1),
    ("s", "{} ** 2", "n", 2),
    ("s", "(np.abs({}) + 0.2) ** {}", "sf", 1),
    ("s", "np.maximum({}, {})", "ss", 1),
    ("s", "np.minimum({}, {})", "ss", 1),
    ("s", "np.where({}, {}, {})", "tss", 1),
    ("s", "({1} if {0} else {2})", "bss", 2),
    ("s", "np.sum({})", "v", 3),
    ("s", "np.mean({})", "v", 1),
    ("s", "np.max({})", "v", 1),
    ("s", "({} @ {})", "vv", 1),
    ("s", "np.sum({})", "m", 1),
    ("s", "{}[{} % 3]", "wi", 3),
    ("s", "{}[{} % 3]", "wj", 2),
    ("s", "{}[-1]", "w", 1),
    ("s", "{}[{} % 3, {} % 3]", "qii", 1),
    ("s", "helper({}, {})", "ss", 2),
    ("s", "ag.cast({}, DT)", "j", 1),
    ("s", "({} * {})", "si", 2),
    ("s", "ag.stop_gradient({})", "s", 1),
    ("v", "({} + {})", "vv", 3),
    ("v", "({} * {})", "vv", 3),
    ("v", "({} - {})", "vs", 2),
    ("v", "({} * {})", "sv", 3),
    ("v", "({} * {})", "fv", 2),
    ("v", "({} / ({} * {} + 2.0))", "vvv", 1),
    ("v", "np.sin({})", "v", 2),
    ("v", "np.tanh({})", "v", 2),
    ("v", "np.cbrt({} * {} + 0.3)", "vv", 1),
    ("v", "np.maximum({}, {})", "vf", 1),
    ("v", "np.where({} > {}, {}, {})", "vsvv", 1),
    ("v", "np.where(({} > {}) & ~({} < 0.1), {}, {})", "vfvvv", 1),
    ("v", "np.where(({} > {}) | ({} < {}) ^ True, {}, {})", "vfvfvv", 1),
    ("v", "(+{})", "v", 1),
    ("v", "np.flip({})", "v", 1),
    ("v", "{}[::-1]", "w", 1),
    ("v", "np.cumsum({})", "v", 1),
    ("v", "({} @ {})", "qv", 1),
    ("v", "{}[{} % 3]", "qi", 1),
    ("v", "np.sum({}, axis=0)", "m", 1),
    ("v", "np.concatenate([{}[1:], {}[:1]])", "ww", 1),
    ("v", "np.zeros_like({})", "w", 1),
    ("v", "{}.copy()", "w", 1),
    ("v", "(W * {})", "s", 1),
    ("v", "helper({}, {})", "vv", 1),
    ("m", "({} + {})", "mv", 1),
    ("m", "({} * {})", "ms", 1),
    ("m", "{}.T", "q", 1),
    ("m", "np.outer({}, {})", "vv", 1),
    ("m", "({} @ {})", "qq", 1),
    ("b", "{} > {}", "ss", 3),
    ("b", "{} < {}", "sf", 3),
    ("b", "{} <= {} < {}", "fsf", 1),
    ("b", "({} and {})", "bb", 1),
    ("b", "({} or {})", "bb", 1),
    ("b", "not ({})", "b", 1),
    ("b", "np.any({} > {})", "vf", 1),
    ("b", "{} % 2 == 0", "i", 1),
    ("b", "{} % 2 == 1", "j", 1),
    ("b", "{} > 1", "i", 1),
    ("t", "{} > {}", "ss", 1),
    ("t", "{} < {}", "sf", 1),
)
BUILTINS: tuple[Row, ...] = (
    ("s", "max({}, {})", "ss", 1),
    ("s", "min({}, {}, {})", "sss", 1),
    ("s", "max({})", "v", 1),
    ("s", "min({}, key=lambda z: z * z)", "v", 1),
    ("s", "sum({})", "v", 1),
    ("s", "sum({}, {})", "vs", 1),
    ("s", "round({}, 1)", "s", 1),
    ("s", "divmod({}, {} * {} + 0.5)[1]", "sss", 1),
    ("s", "pow(abs({}) + 0.3, {})", "sf", 1),
    ("s", "sorted([{}, {}])[1]", "ss", 1),
    ("s", "sum(z * {} for z in {})", "sv", 1),
    ("s", "sum(z * z for z in {} if z > {})", "vf", 1),
    ("s", "sum(z * y for z, y in zip({}, {}))", "vw", 1),
    ("s", "sum(k * z for k, z in enumerate({}, 1))", "v", 1),
    ("s", "sum((z * {} for z in reversed({})), {})", "fvs", 1),
    ("s", "max(z * {} for z in {})", "sv", 1),
    ("s", "sum([z * {} for z in ({}, {})])", "sss", 1),
    ("s", "sum(map(lambda z: z * {}, [{}, {}]))", "sss", 1),
    ("v", "abs({})", "v", 1),
    ("v", "sum([{}, {}])", "vv", 1),
    ("v", "({1} if {0} else {2})", "bvv", 1),
    ("b", "any({} > {})", "vf", 1),
    ("b", "all(z < {} for z in {})", "fv", 1),
    ("b", "{} in (0, 2)", "i", 1),
    ("b", "{} not in range(2)", "i", 1),
    ("b", "{} in {{0, 2}}", "i", 1),
    ("b", "{} in {{2 * k for k in range(2)}}", "i", 1),
    ("b", '{} in {{"a": 0, "b": 2}}.values()', "i", 1),
    ("s", '{{"p": {}, "q": {}}}["q"]', "ss", 1),
    ("s", "sum({{k: z * {} for k, z in enumerate(({}, {}))}}.values())", "sss", 1),
)
NUMBERS: tuple[Row, ...] = (
    ("f", "math.sin({})", "f", 2),
    ("f", "math.exp(-abs({}))", "f", 1),
    ("f", "math.sqrt(abs({}) + 1.0)", "f", 1),
    ("f", "math.atan2({}, {})", "ff", 1),
    ("f", "math.fmod({}, 1.3)", "f", 1),
    ("f", "({} * {})", "ff", 2),
    ("f", "({} + {})", "fi", 2),
    ("f", "({} - {})", "if", 1),
    ("f", "({} / 3)", "i", 1),
    ("f", "float({})", "i", 1),
    ("f", "abs({})", "f", 1),
    ("f", "min({}, {})", "ff", 1),
    ("f", "pow(abs({}) + 0.5, {})", "ff", 1),
    ("f", "divmod({}, 0.7)[1]", "f", 1),
    ("f", "({1} if {0} else {2})", "bff", 1),
    ("f", "sum(k * {} for k in range(n))", "f", 1),
    ("i", "({} + {})", "ii", 2),
    ("i", "({} - {})", "ii", 1),
    ("i", "({} * 2)", "i", 1),
    ("i", "({} // 2)", "i", 1),
    ("i", "divmod({}, 3)[1]", "i", 1),
    ("i", "min({}, {})", "ii", 1),
    ("i", "max({}, {}, 1)", "ii", 1),
    ("i", "abs({} - 2)", "i", 1),
    ("i", "pow({} % 4, 2)", "i", 1),
    ("i", "({} & 3)", "i", 1),
    ("i", "({} | {})", "ii", 1),
    ("i", "({} ^ {})", "ii", 1),
    ("i", "({} << ({} % 3))", "ii", 1),
    ("i", "({} >> 1)", "i", 1),
    ("i", "(~{})", "i", 1),
    ("i", "(+{})", "i", 1),
    ("b", "{} != {}", "ii", 1),
    ("i", "int({} * 2.0)", "f", 1),
    ("i", "len({})", "w", 1),
    ("i", "({} or {})", "ii", 1),
    ("i", "({} and {})", "ii", 1),
    ("i", "({1} if {0} else {2})", "bii", 1),
    ("i", "sum(k * {} for k in range(n))", "i", 1),
    ("b", "{} < {}", "ff", 1),
)
HOLDERS: tuple[Row, ...] = (
    ("s", "{}[0]", "l", 2),
    ("s", "{}[-1]", "l", 1),
    ("s", "sum({})", "l", 1),
    ("s", "max({})", "l", 1),
    ("s", '{}["a"]', "d", 2),
    ("s", "sum({}.values())", "d", 1),
    ("s", '{}.get("b")', "d", 1),
    ("s", "{}.place", "o", 2),
    ("s", "{}.energy", "o", 1),
    ("s", "{}.after({})", "os", 1),
    ("s", "{}.place", "p", 2),
    ("s", "({0}.speed * {0}[0])", "p", 1),
    ("s", "{}({})", "cs", 3),
)
PLAIN: tuple[Row, ...] = (  # arrays that NumPy makes before the kernel runs
    ("s", "(float(TABLE[{} % 3]) * {})", "is", 1),
    ("v", "((K * np.eye(3, dtype=DT)) @ {})", "v", 1),
    ("v", "({} * np.full(3, K * n + 0.5, dtype=DT))", "v", 1),
    ("v", "(np.linspace(0.5, K, 3, dtype=DT) - {})", "v", 1),
)
ROWS = ARRAYS + BUILTINS + NUMBERS + HOLDERS + PLAIN
NAMED = "ldopc"
"""Kinds that only names have."""
# A name where an expression would lose something: a kind and the kind of its names.
NAMES = {"w": "v", "q": "m", "n": "s"}
HELPERS = (
    "def helper(p, q):\n    return p * q + np.sin(p)\n",
    "def helper(p, q):\n    r = p\n    if np.sum(q) > 0.4:\n        r = r * q\n    return r - 0.5 * q\n",
    "def helper(p, q):\n    if np.sum(p) < 0.1:\n        return q * K\n    return p * p + q\n",
    "def helper(p, q):\n    r = p\n    for k in range(2):\n        r = np.tanh(r * q) + r\n    return r\n",
    "def helper(p, q):\n    inner = lambda z: z * K + p\n    return inner(q) * inner(p)\n",
    "def helper(p, q, depth=2):\n"
    "    return p + q if depth == 0 else helper(p * q, q, depth - 1) + 0.1 * depth\n",
    "def helper(p, *more, gain=0.5, **rest):\n    for q in more:\n        p = gain * p - p * q\n    return p\n",
)
CLASSES = """
Point = namedtuple("Point", "place speed")


@dataclasses.dataclass
class Walker:
    place: object
    speed: object

    @property
    def energy(self):
        if self.speed < 0.0:
            return -self.speed
        return 0.5 * self.speed * self.speed

    def after(self, h):
        return self.place + h * self.speed

    def move(self, h):
        self.place = self.after(h)
        if self.place > 1.0:
            self.speed = -0.5 * self.speed
"""
FRESH = {"s": "abcd", "v": "uvw", "m": "MN", "f": "ef", "i": "IJ", "p": "PQ"}
