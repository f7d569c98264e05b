"""Graph -> text: deterministic, with the user's lines."""

from __future__ import annotations

from typing import Any

from autograph_lite.ir.graph import Graph, Node, Region, Value
from autograph_lite.ir.types import Symbol, Type
from autograph_lite.ir.walk import regions


class _Names:
    """Names of values and of extents, in order of appearance."""

    def __init__(self) -> None:
        self.values: dict[Value, str] = {}
        self.symbols: dict[Symbol, str] = {}

    def value(self, value: Value) -> str:
        return self.values.setdefault(value, f"%{len(self.values)}")

    def type(self, type: Type) -> str:
        extents = ", ".join(self.extent(e) for e in type.shape)
        text = type.dtype if type.kind == "ag" else f"{type.kind}.{type.dtype}"
        text += f"[{extents}]" if type.shape else ""
        return text if not type.depth else f"{text} x steps^{type.depth}"

    def extent(self, extent: Any) -> str:
        if isinstance(extent, int):
            return str(extent)
        return self.symbols.setdefault(extent, f"n{len(self.symbols)}")

    def typed(self, value: Value) -> str:
        return f"{self.value(value)}: {self.type(value.type)}"


def graph_text(graph: Graph) -> str:
    """The whole graph; a comment names the user's line where it changes."""
    names = _Names()
    arguments = ", ".join(names.typed(v) for v in graph.body.arguments)
    lines = [f"{graph.name}({arguments}):"]
    _nodes(graph.body, names, lines, 1)
    lines.append("  return " + ", ".join(names.value(v) for v in graph.body.results))
    return "\n".join(lines)


def _nodes(region: Region, names: _Names, lines: list[str], depth: int) -> None:
    line = 0
    for node in region.nodes:
        if node.origin is not None and node.origin.line != line:
            line = node.origin.line
            lines.append("  " * depth + f"# line {line}")
        lines.append("  " * depth + _node(node, names))
        for name, inner in regions(node).items():
            arguments = ", ".join(names.typed(v) for v in inner.arguments)
            lines.append("  " * (depth + 1) + f"{name}({arguments}):")
            _nodes(inner, names, lines, depth + 2)
            results = ", ".join(names.value(v) for v in inner.results)
            lines.append("  " * (depth + 2) + f"yield {results}")


def _node(node: Node, names: _Names) -> str:
    inputs = ", ".join(names.value(v) for v in node.inputs)
    static = [
        f"{k}={_param(p, names)}" for k, p in node.params.items() if not isinstance(p, Region)
    ]
    inside = ", ".join(filter(None, [inputs, *static]))
    outputs = ", ".join(names.typed(v) for v in node.outputs)
    return f"{outputs} = {node.op.name}({inside})" if outputs else f"{node.op.name}({inside})"


def _param(param: Any, names: _Names) -> str:
    return names.type(param) if isinstance(param, Type) else repr(param)
