"""The reverse pass over what a tape has recorded: by a kernel, step by step, or in the region at work."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from autograph_lite.gradient.cotangents import Cotangent, chosen
from autograph_lite.gradient.links import Links
from autograph_lite.gradient.repeated import Record, reversed_by_kernel
from autograph_lite.gradient.reverse import Seed, Sweep, pullback
from autograph_lite.gradient.straight import Straight
from autograph_lite.ir.graph import Node, Value
from autograph_lite.ops.cells import KEEP, maker_of, name_of
from autograph_lite.ops.same import Sure, visible_links
from autograph_lite.ops.staging import at_one_line, at_work, reverse_pass
from autograph_lite.tape.following import Following
from autograph_lite.tape.inside import refuse_used_inside
from autograph_lite.tensors.boxes import staging


@dataclass(frozen=True, slots=True)
class Arrived:
    """What has arrived in a sweep; `others` has, of values that may be in a cell, the ones that they are, each
    with its condition."""

    sweep: Sweep
    others: dict[Value, list[tuple[Value, Sure]]]

    def get(self, value: Value) -> Cotangent | None:
        found = self.sweep.get(value)
        for other, when in self.others[value]:
            found = chosen(when, self.sweep.get(other), found)
        return found


Cotangents = Sweep | Arrived | dict[Value, Cotangent]
"""What has arrived, by value: `get` gives None where nothing has."""


def swept(
    records: Sequence[Record],
    seeds: Iterable[Seed],
    keys: Sequence[Value | None],
    following: Following,
    roots: dict[Value, Value],
) -> Cotangents:
    """What arrives at the sources with these keys; a target that the tape does not follow leads nowhere.
    `roots` has the sources that have several values."""
    followed = following.values
    reached = []
    for seed in seeds:
        if seed[0] in followed or seed[0] in following:
            reached.append(seed)
    if not reached:
        return {}
    if staging():
        return _in_region(records, reached, keys, following, roots)
    wanted = {}
    for key in keys:
        if key in followed:
            wanted[key] = key
    found = reversed_by_kernel(records, reached, wanted, roots)
    if found is not None:
        return found
    asked = {key: key for key in keys if key is not None}
    refuse_used_inside(records, asked.keys() - roots.keys())
    nodes = [Node(*record) for record in records]
    return pullback(Straight(asked | roots, followed.__contains__), nodes, reached)


def _in_region(
    records: Sequence[Record],
    seeds: list[Seed],
    keys: Sequence[Value | None],
    following: Following,
    roots: dict[Value, Value],
) -> Arrived:
    nodes = _with_what_was_kept([Node(*record) for record in records], following)
    seeds = _by_names(seeds, nodes)
    others = {key: following.others(key, nodes) for key in keys if key is not None}
    asked = [*others, *(value for found in others.values() for value, _ in found)]
    nodes[:0] = _names_before(nodes, asked)
    following.look_at(asked)  # what is not followed may be what is, in other runs
    for node in nodes:  # to be asked before the pass, which may not ask for cells
        following.look_at(node.inputs)
    links = Links(visible_links(), nodes, asked=asked)
    refuse_used_inside(records, links.asked - roots.keys())
    every = {key: key for key in asked} | roots
    with at_one_line(), reverse_pass():
        wanted, limits = following.__contains__, following.limits
        sweep = Sweep(links, roots=every, wanted=wanted, limits=limits)
        pullback(sweep, nodes, seeds)
        return Arrived(sweep, others)


def _with_what_was_kept(nodes: list[Node], following: Following) -> list[Node]:
    """The same with those that put into a list what is followed by then, while the tape did not record."""
    builder = at_work()
    place = builder.places
    first = min(following.sources.values(), default=len(builder.nodes))
    since = dict.fromkeys(following.values, first) | following.sources
    known = {v: place.get(v, 0) for node in nodes for v in node.outputs}
    since.update(known)
    missing = []
    for node in builder.nodes:
        if node.op is KEEP and node.outputs[0] not in known:
            begun = since.get(builder.raw(node.inputs[1]))
            if begun is not None and begun < place[node.outputs[0]]:
                missing.append(node)
    if not missing:
        return nodes
    return sorted([*nodes, *missing], key=lambda node: place.get(node.outputs[0], 0))


def _names_before(nodes: Sequence[Node], sources: Iterable[Value]) -> list[Node]:
    """The nodes that are not among these and tell in what cell a source, or what these read, may be."""
    made = {v for node in nodes for v in node.outputs}
    found: dict[Value, Node] = {}
    for value in (*sources, *(v for node in nodes for v in node.inputs)):
        if value not in made and (name := maker_of(value)) is not None:
            found[value] = name
    return list(found.values())


def _by_names(starts: list[Seed], nodes: list[Node]) -> list[Seed]:
    """The same with targets under their present names, given by nodes that are added to the others: what is in
    a cell by now is that cell."""
    found = []
    for target, g, there in starts:
        if (name := name_of(target)) is not None:
            (target,) = name.outputs
            if all(target not in node.outputs for node in nodes):
                nodes.append(name)
        found.append((target, g, there))
    return found
