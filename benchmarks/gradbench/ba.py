"""ba: bundle adjustment, how far observed features are from where cameras should see points."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

import autograph_lite as ag

from .protocol import Function, plain

CAMERA, POINT = 11, 3
ROW = CAMERA + POINT + 1


class Scene(NamedTuple):
    """p observations of m points by n cameras: i is that of points[point[i]] by cameras[camera[i]]."""

    cameras: np.ndarray  # (n, 11): rotation, center, focal length, principal point, distortion
    points: np.ndarray  # (m, 3)
    weights: np.ndarray  # (p,)
    features: np.ndarray  # (p, 2)
    camera: np.ndarray  # (p,)
    point: np.ndarray  # (p,)


def cross(a, b):
    """The vector product."""
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


def rotated(r, x):
    """x turned about r by the length of r, by Rodrigues' formula.  r: (3,)"""
    square = r[0] * r[0] + r[1] * r[1] + r[2] * r[2]
    if square == 0.0:
        turned = cross(r, x)
        return tuple([x[i] + turned[i] for i in range(3)])
    angle = np.sqrt(square)
    axis = r[0] / angle, r[1] / angle, r[2] / angle
    c, s, turned = np.cos(angle), np.sin(angle), cross(axis, x)
    along = (1.0 - c) * (axis[0] * x[0] + axis[1] * x[1] + axis[2] * x[2])
    return tuple([c * x[i] + s * turned[i] + along * axis[i] for i in range(3)])


def reprojection(camera, point, weight, feature):
    """Weighted, from the feature to where the point is seen.  camera: (11,), point: (3,), result: (2,)"""
    x, y, z = rotated(camera[:3], [point[i] - camera[3 + i] for i in range(3)])
    u, v = x / z, y / z
    square = u * u + v * v
    scale = camera[6] * (1.0 + camera[9] * square + camera[10] * square * square)
    seen = np.stack([scale * u + camera[7], scale * v + camera[8]])
    return weight * (seen - feature)


def regularity(weight):
    """How far a weight is from 1."""
    return 1.0 - weight * weight


@ag.function
def objective(scene):
    """Result: (p, 2) and (p,)"""
    p = len(scene.weights)
    errors, irregular = ag.zeros((p, 2)), ag.zeros(p)
    for i in range(p):
        camera, point = scene.cameras[scene.camera[i]], scene.points[scene.point[i]]
        errors[i] = reprojection(camera, point, scene.weights[i], scene.features[i])
        irregular[i] = regularity(scene.weights[i])
    return errors, irregular


@ag.function
def jacobian(scene):
    """The sparse matrix of derivatives by cameras, points and weights: starts of rows, columns, values.

    Each observation has two rows of 15 elements, then each weight one of 1.
    """
    n, m, p = len(scene.cameras), len(scene.points), len(scene.weights)
    blocks, last = ag.zeros((p, 2, ROW)), ag.zeros(p)
    derivatives = ag.jacobian(reprojection, argnums=(0, 1, 2))
    for i in range(p):
        camera, point = scene.cameras[scene.camera[i]], scene.points[scene.point[i]]
        by = derivatives(camera, point, scene.weights[i], scene.features[i])
        blocks[i, :, :CAMERA], blocks[i, :, CAMERA:-1], blocks[i, :, -1] = by
        last[i] = ag.grad(regularity)(scene.weights[i])
    cameras = CAMERA * scene.camera[:, None] + ag.arange(CAMERA)
    points = CAMERA * n + POINT * scene.point[:, None] + ag.arange(POINT)
    weights = CAMERA * n + POINT * m + ag.arange(p)
    row = np.concatenate([cameras, points, weights[:, None]], axis=1)
    columns = np.concatenate([np.stack([row, row], axis=1).ravel(), weights])
    starts = np.concatenate([ROW * ag.arange(2 * p), 2 * ROW * p + ag.arange(p + 1)])
    return starts, columns, np.concatenate([blocks.ravel(), last])


def arguments(given):
    n, m, p = given["n"], given["m"], given["p"]
    repeated = (("cam", n), ("x", m), ("w", p), ("feat", p))
    tensors = [np.array([given[name]] * count) for name, count in repeated]
    observations = np.arange(p)
    return (Scene(*tensors, observations % n, observations % m),)


def errors(result):
    reprojections, irregular = result
    elements, element = plain(reprojections[0]), plain(irregular[0])
    return {
        "reproj_error": {"elements": elements, "repeated": len(reprojections)},
        "w_err": {"element": element, "repeated": len(irregular)},
    }


def matrix(result):
    """The first two rows and the last element: more is not sent."""
    lists = zip(("rows", "cols", "vals"), result, strict=True)
    return {name: plain(whole[: 2 * ROW]) + [plain(whole[-1])] for name, whole in lists}


FUNCTIONS = {
    "objective": Function(arguments, objective, errors),
    "jacobian": Function(arguments, jacobian, matrix),
}
