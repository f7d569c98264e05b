"""ht: how far the points of a scan are from a hand model of bones and skin in a given pose."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

import autograph_lite as ag

from .protocol import Function, plain

FINGERS, JOINTS = 5, 4


class Hand(NamedTuple):
    """b bones, each after its parent (-1: none), and v vertices that move with them."""

    parents: np.ndarray  # (b,)
    relatives: np.ndarray  # (b, 4, 4): of each bone in its parent, at rest
    inverses: np.ndarray  # (b, 4, 4): from the hand to each bone, at rest
    positions: np.ndarray  # (3, v)
    weights: np.ndarray  # (b, v)
    mirrored: bool


class Scan(NamedTuple):
    """c points, each with the vertex or the triangle of vertices that it belongs to."""

    points: np.ndarray  # (3, c)
    vertices: np.ndarray  # (c,) or (3, c)


def about_axis(r):
    """Rotation about r by its length; as good as none below 1e-4.  r: (3,), result: (3, 3)"""
    angle = np.sqrt(np.sum(r * r))
    rotation = ag.array(np.eye(3))
    if angle >= 1e-4:
        x, y, z = r / angle
        cross = ag.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
        rotation = rotation + np.sin(angle) * cross + (1.0 - np.cos(angle)) * (cross @ cross)
    return rotation


def bend(flexion, abduction):
    """Rotation about x, then about z, of a joint.  Result: (4, 4)"""
    sx, cx, sz, cz = np.sin(flexion), np.cos(flexion), np.sin(abduction), np.cos(abduction)
    return ag.array(
        [
            [cz, -sz * cx, sz * sx, 0.0],
            [sz, cz * cx, -cz * sx, 0.0],
            [0.0, sx, cx, 0.0],
            [0.0, 0.0, 0.0, 1.0],
        ]
    )


def angles(theta, b):
    """Of each bone by x and z: a finger's second joint has both, its third and fourth one.  Result: (b, 2)"""
    turned = ag.zeros((b, 2))
    for finger in range(FINGERS):
        bone, first = 2 + JOINTS * finger, 6 + JOINTS * finger
        turned[bone] = theta[first : first + 2]
        turned[bone + 1, 0], turned[bone + 2, 0] = theta[first + 2], theta[first + 3]
    return turned


def moved(affine, points):
    """Rotated, scaled and shifted.  affine: (3, 4) or more rows, points: (3, n), result: three of (n,)"""
    x, y, z = points
    return [affine[r, 0] * x + affine[r, 1] * y + affine[r, 2] * z + affine[r, 3] for r in range(3)]


def skin(theta, hand):
    """Where the vertices are.  theta: (26,), rotation and place of the hand, angles; result: (3, v)"""
    b = len(hand.parents)
    turned, absolutes = angles(theta, b), ag.zeros((b, 4, 4))
    skinned = np.zeros_like(hand.positions)
    for i in range(b):
        relative, parent = hand.relatives[i] @ bend(turned[i, 0], turned[i, 1]), hand.parents[i]
        absolutes[i] = relative if parent < 0 else absolutes[parent] @ relative
        bone = absolutes[i] @ hand.inverses[i]
        for axis, rows in enumerate(moved(bone, hand.positions)):
            skinned[axis] += hand.weights[i] * rows
    if hand.mirrored:
        skinned[0] = -skinned[0]
    pose = np.concatenate([about_axis(theta[:3]), theta[3:6, None]], axis=1)
    return np.stack(moved(pose, skinned))


@ag.function
def to_vertices(theta, hand, scan):
    """From the vertices to the points.  Result: (3 c,)"""
    return (scan.points - skin(theta, hand)[:, scan.vertices]).T.ravel()


@ag.function
def to_triangles(moves, us, hand, scan):
    """From places on triangles, by barycentric coordinates, to the points.  us: (2, c), result: (3 c,)

    moves: (28,), what is added to all coordinates in each row of us, and theta.  A residual depends
    on its own column of us alone: its derivatives by that are those by what is added.
    """
    skinned, (u, v) = skin(moves[2:], hand), us + moves[:2, None]
    a, b, c = [skinned[:, scan.vertices[corner]] for corner in range(3)]
    return (scan.points - (u * a + v * b + (1.0 - u - v) * c)).T.ravel()


@ag.function
def jacobian(residuals, x, *fixed):
    """By columns, which are far fewer than rows: a tangent for each element of x.  Result: (3 c, len(x))"""
    columns = []
    for i in range(len(x)):
        direction = np.zeros_like(x)
        direction[i] = 1.0
        columns.append(ag.jvp(lambda at: residuals(at, *fixed), (x,), (direction,))[1])
    return np.stack(columns, axis=1)


@ag.function
def objective(residuals, *arguments):
    return residuals(*arguments)


def arguments(given):
    """Those of `to_triangles` if there are coordinates on them, else those of `to_vertices`."""
    data, model = given["data"], given["data"]["model"]
    names = ("parents", "base_relatives", "inverse_base_absolutes", "base_positions", "weights")
    *bones, positions, weights = [np.array(model[name]) for name in names]
    hand = Hand(*bones, positions.T[:3].copy(), weights.T.copy(), model["is_mirrored"])
    theta, us, points = [np.array(a) for a in (given["theta"], given["us"], data["points"])]
    vertices = np.array(data["correspondences"])
    if len(us) == 0:
        return to_vertices, theta, hand, Scan(points.T.copy(), vertices)
    scan = Scan(points.T.copy(), np.array(model["triangles"])[vertices].T.copy())
    return to_triangles, np.concatenate([np.zeros(2), theta]), us.T.copy(), hand, scan


FUNCTIONS = {
    "objective": Function(arguments, objective, plain),
    "jacobian": Function(arguments, jacobian, plain),
}
