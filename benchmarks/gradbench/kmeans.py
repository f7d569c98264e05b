"""kmeans: squared distances to the nearest centroid, and Newton's direction for them."""

from __future__ import annotations

import numpy as np

import autograph_lite as ag

from .protocol import Function, plain


@ag.function
def cost(centroids, points):
    """The sum of each point's squared distance to its nearest centroid.  centroids: (k, d), points: (n, d)"""
    total = 0.0
    for point in points:
        away = centroids - point
        total = total + np.min(np.sum(away * away, axis=1))
    return total


@ag.function
def direction(centroids, points):
    """Gradient over Hessian, which is diagonal: its product with ones is its diagonal.  Result: (k, d)"""
    ones = np.ones_like(centroids)
    gradient, curvature = ag.jvp(lambda c: ag.grad(cost)(c, points), (centroids,), (ones,))
    return gradient / curvature


def arguments(given):
    return np.array(given["centroids"]), np.array(given["points"])


FUNCTIONS = {
    "cost": Function(arguments, cost, plain),
    "dir": Function(arguments, direction, plain),
}
