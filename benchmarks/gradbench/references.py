"""The evals once more, to check the modules against: plain NumPy by other formulas, in extended precision.

Derivatives are complex steps: the imaginary part of f(x + i h), over h, is f'(x) to the last digits
for a tiny h.  What compares looks at real parts.  Nothing here knows the library.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

Real, Complex = np.longdouble, np.clongdouble
TINY = Real(1e-40)


def real(given: Any) -> Any:
    return np.array(given, Real)


def jacobian(f: Callable[[Any], Any], x: Any) -> Any:
    """By columns.  Result: f(x).shape + x.shape"""
    out = np.zeros((*np.shape(f(x)), x.size), Real)
    for i in range(x.size):
        step = np.zeros(x.size, Complex)
        step[i] = 1j * TINY
        out[..., i] = np.imag(f(x + step.reshape(x.shape))) / TINY
    return out.reshape(out.shape[:-1] + x.shape)


def hello(given):
    return {"square": given * given, "double": 2.0 * given}


def lse(given):
    x = real(given["x"])
    shift = x.mean()
    value = lambda x: shift + np.log(np.sum(np.exp(x - shift)))  # noqa: E731
    return {"primal": value(x), "gradient": jacobian(value, x)}


def llsq(given):
    x, t = real(given["x"]), np.linspace(Real(-1), Real(1), given["n"])
    powers = t[:, None] ** np.arange(len(x))
    value = lambda x: np.sum((np.sign(t) - powers @ x) ** 2) / 2  # noqa: E731
    return {"primal": value(x), "gradient": jacobian(value, x)}


def ode(given):
    """One step is the exponential series of the linear system in (1, y), to its fourth power."""
    x, steps = real(given["x"]), given["s"]

    def solution(x):
        a = np.diag(x, -1)
        h, one, step = Real(2) / steps, np.eye(len(a)), np.zeros_like(a)
        for k in range(4, 0, -1):
            step = (one + step) @ a * (h / k)
        state = np.concatenate([[1.0], np.zeros_like(x)])
        for _ in range(steps):
            state = state + step @ state
        return state[1:]

    return {"primal": solution(x), "gradient": jacobian(solution, x)[-1]}


def gmm(given):
    """The densities of the definition, without logarithms until the end."""
    d, k, m, gamma = given["d"], given["k"], given["m"], Real(given["gamma"])
    names = ("alpha", "mu", "q", "l")
    parts, x = {name: real(given[name]).reshape(k, -1) for name in names}, real(given["x"])
    below = [(i, j) for j in range(d) for i in range(j + 1, d)]
    freedom = d + m + 1
    gamma_function = math.pi ** (d * (d - 1) / 4) * math.prod(
        math.gamma((freedom - j) / 2) for j in range(d)
    )

    def log_posterior(alpha, mu, q, l):  # noqa: E741
        weights, densities, prior = np.exp(alpha[:, 0]), 0.0, 1.0
        for j in range(k):
            root = np.diag(np.exp(q[j])).astype(Complex)
            for at, element in zip(below, l[j], strict=True):
                root[at] = element
            precision, determinant = root.T @ root, np.exp(2 * np.sum(q[j]))
            away = x - mu[j]
            form = np.sum((away @ precision) * away, axis=1)
            normal = np.exp(-form / 2) * np.sqrt(determinant / (2 * Real(np.pi)) ** d)
            densities = densities + weights[j] / np.sum(weights) * normal
            wishart = np.sqrt(determinant) ** m * np.exp(-(gamma**2) * np.trace(precision) / 2)
            prior = prior * wishart * (gamma**2 / 2) ** (freedom * d / Real(2)) / gamma_function
        return np.sum(np.log(densities)) + np.log(prior)

    gradients = {
        name: jacobian(lambda v, name=name: log_posterior(**{**parts, name: v}), part)
        for name, part in parts.items()
    }
    gradients["alpha"] = gradients["alpha"][:, 0]
    return {"objective": log_posterior(**parts), "jacobian": gradients}


def kmeans(given):
    """Newton's direction leads away from the mean of the points for which a centroid is the nearest."""
    points, centroids = real(given["points"]), real(given["centroids"])
    squares = np.sum((points[:, None] - centroids) ** 2, axis=2)
    nearest = np.argmin(squares, axis=1)
    means = [points[nearest == j].mean(axis=0) for j in range(len(centroids))]
    return {"cost": squares.min(axis=1).sum(), "dir": centroids - np.stack(means)}


def lstm(given):
    main, extra, start = [real(given[n]) for n in ("main_params", "extra_params", "state")]
    sequence, layers, b = real(given["sequence"]), len(main) // 2, extra.shape[1]
    sigmoid = lambda z: 1 / (1 + np.exp(-z))  # noqa: E731

    def loss(parameters):
        gates = parameters[: main.size].reshape(layers, 2, 4, b)
        inward, outward, shift = parameters[main.size :].reshape(3, b)
        states = [[hidden, cell] for hidden, cell in start.reshape(layers, 2, b)]
        total = 0.0
        for now, following in itertools.pairwise(sequence):
            signal = now * inward
            for (weight, bias), state in zip(gates, states, strict=True):
                hidden, cell = state
                forget, write, read, change = (
                    np.stack([signal, hidden, signal, hidden]) * weight + bias
                )
                cell = cell * sigmoid(forget) + sigmoid(write) * np.tanh(change)
                signal = sigmoid(read) * np.tanh(cell)
                state[:] = signal, cell
            guess = signal * outward + shift
            total = total + following @ (guess - np.log(2 + np.exp(guess).sum()))
        return -total / (b * (len(sequence) - 1))

    parameters = np.concatenate([main.ravel(), extra.ravel()])
    return {"objective": loss(parameters), "jacobian": jacobian(loss, parameters)}


def det(given):
    """The sum over all permutations, by Leibniz."""
    size = given["ell"]
    rows = np.arange(size)

    def determinant(a):
        total = 0.0
        for columns in itertools.permutations(range(size)):
            inversions = sum(p > q for p, q in itertools.combinations(columns, 2))
            total = total + (-1) ** inversions * np.prod(a.reshape(size, size)[rows, columns])
        return total

    a = real(given["A"])
    return {"primal": determinant(a), "gradient": jacobian(determinant, a)}


def cross_matrix(v):
    return np.array([[0, -v[2], v[1]], [v[2], 0, -v[0]], [-v[1], v[0], 0]])


def about(r):
    """The matrix of a rotation about r by its length, and to first order where that is 0."""
    angle = np.sqrt(r @ r)
    if angle == 0:
        return np.eye(3) + cross_matrix(r)
    k = cross_matrix(r / angle)
    return np.eye(3) + np.sin(angle) * k + (1 - np.cos(angle)) * (k @ k)


def ba(given):
    n, m, p = given["n"], given["m"], given["p"]
    parameters = real([*given["cam"], *given["x"], given["w"]])
    feature = real(given["feat"])

    def residual(v):
        seen = about(v[:3]) @ (v[11:14] - v[3:6])
        flat = seen[:2] / seen[2]
        r2 = flat @ flat
        return v[14] * (v[6] * flat * (1 + v[9] * r2 + v[10] * r2**2) + v[7:9] - feature)

    rows, columns = [0], []
    for i in range(p):
        row = [11 * (i % n) + j for j in range(11)] + [11 * n + 3 * (i % m) + j for j in range(3)]
        for _ in range(2):
            columns += [*row, 11 * n + 3 * m + i]
            rows.append(len(columns))
    for i in range(p):
        columns.append(11 * n + 3 * m + i)
        rows.append(len(columns))
    values = [*jacobian(residual, parameters).ravel(), -2 * parameters[14]]
    return {
        "objective": {
            "reproj_error": {"elements": residual(parameters), "repeated": p},
            "w_err": {"element": 1 - parameters[14] ** 2, "repeated": p},
        },
        "jacobian": {
            "rows": rows[:30] + rows[-1:],
            "cols": columns[:30] + columns[-1:],
            "vals": values,
        },
    }


def turn(axis, angle):
    """The homogeneous rotation about x, y or z."""
    i, j = [k for k in range(3) if k != axis]
    whole, sign = np.eye(4, dtype=Complex), (-1) ** axis
    whole[i, i] = whole[j, j] = np.cos(angle)
    whole[j, i], whole[i, j] = sign * np.sin(angle), -sign * np.sin(angle)
    return whole


def ht(given):
    """Point by point, each vertex as a sum over the bones."""
    data, model = given["data"], given["data"]["model"]
    theta, us, points = real(given["theta"]), real(given["us"]), real(data["points"])

    def vertex(transforms, theta, i):
        home, weights = real(model["base_positions"][i]), real(model["weights"][i])
        place = sum(w * (t @ home) for w, t in zip(weights, transforms, strict=True))[:3]
        if model["is_mirrored"]:
            place = place * [-1, 1, 1]
        return about(theta[:3]) @ place + theta[3:6]

    def transforms(theta):
        found = []
        for bone, parent in enumerate(model["parents"]):
            local = real(model["base_relatives"][bone])
            finger, joint = divmod(bone - 1, 4)
            if joint > 0 and 0 <= finger < 5:
                first = 6 + 4 * finger + (0 if joint == 1 else joint)
                local = local @ (turn(2, theta[first + 1]) if joint == 1 else np.eye(4))
                local = local @ turn(0, theta[first])
            found.append(local if parent < 0 else found[parent] @ local)
        return [t @ real(i) for t, i in zip(found, model["inverse_base_absolutes"], strict=True)]

    def residuals(moves):
        moved, theta = moves[:2], moves[2:]
        bones, parts = transforms(theta), []
        for i, (match, point) in enumerate(zip(data["correspondences"], points, strict=True)):
            if len(us) == 0:
                parts.append(point - vertex(bones, theta, match))
                continue
            u, v = us[i] + moved
            shares = zip((u, v, 1 - u - v), model["triangles"][match], strict=True)
            parts.append(point - sum(share * vertex(bones, theta, j) for share, j in shares))
        return np.concatenate(parts)

    moves = np.concatenate([np.zeros(2), theta])
    derivatives = jacobian(residuals, moves)
    wanted = derivatives if len(us) else derivatives[:, 2:]
    return {"objective": np.real(residuals(moves)), "jacobian": wanted}


def descend(f, gradient, x):
    """Gradient descent by the eval's rule, in double precision as every tool does it."""
    value, slope, rate, went = f(x), gradient(x), 1e-5, 0
    while np.sqrt(np.real(slope @ slope)) > 1e-5:
        if went == 10:
            rate, went = 2 * rate, 0
            continue
        y = x - rate * slope
        if np.sqrt(np.real((x - y) @ (x - y))) <= 1e-5:
            return x
        lower = f(y)
        if np.real(lower) < np.real(value):
            x, value, slope, went = y, lower, gradient(y), went + 1
        else:
            rate, went = rate / 2, 0
    return x


def particle(given):
    def miss(w):
        position, speed = np.array([0.0, 8.0], Complex), np.array([0.75, 0.0], Complex)
        charges = [[10.0, 10.0 - w[0]], [10.0, 0.0]]
        while True:
            aways = [position - charge for charge in charges]
            push = sum(away / (away @ away) ** 1.5 for away in aways)
            position = position + 0.1 * speed
            if position[1].real <= 0:
                return (position[0] - position[1] * speed[0] / speed[1]) ** 2
            speed = speed + 0.1 * push

    w = descend(lambda w: np.real(miss(w)), lambda w: jacobian(miss, w), real([given["w"]]))
    return dict.fromkeys(("ff", "fr", "rf", "rr"), w[0])


def saddle(given):
    start = real(given["start"])

    def highest(x):
        return descend(lambda y: y @ y - x @ x, lambda y: 2 * y, start)

    def greatest(x):
        y = highest(x)
        return x @ x - y @ y

    x = descend(greatest, lambda x: jacobian(greatest, x), start)
    return dict.fromkeys(("ff", "fr", "rf", "rr"), np.concatenate([x, highest(x)]))


REFERENCES = {
    f.__name__: f for f in (hello, lse, llsq, ode, gmm, kmeans, lstm, det, ba, ht, particle, saddle)
}
