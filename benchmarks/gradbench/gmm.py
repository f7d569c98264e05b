"""gmm: the log posterior of a mixture of Gaussians with a Wishart prior on the precision matrices."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import multigammaln

import autograph_lite as ag

from .lse import logsumexp
from .protocol import Function, plain


def factor(q, ell):
    """Q of a precision matrix Q'Q: exp(q) on the diagonal, ell below it, by columns.  Result: (d, d)"""
    d = len(q)
    lower, start = ag.zeros((d, d)), 0
    for j in range(d):
        lower[j, j] = np.exp(q[j])
        below = d - 1 - j
        lower[j + 1 :, j] = ell[start : start + below]
        start = start + below
    return lower


@ag.function
def log_posterior(alpha, mu, q, ell, x, d, m, gamma):
    """alpha: (k,), mu and q: (k, d), ell: (k, d (d - 1) / 2), x: (n, d)"""
    n, k = len(x), len(alpha)
    beta, prior = ag.zeros((k, n)), 0.0
    for j in range(k):
        root = factor(q[j], ell[j])
        scaled = x @ root.T - root @ mu[j]  # root (x[i] - mu[j]) in row i
        beta[j] = alpha[j] + np.sum(q[j]) - 0.5 * np.sum(scaled * scaled, axis=1)
        prior = prior + m * np.sum(q[j]) - 0.5 * gamma**2 * np.sum(root * root)
    likelihood = -n * (0.5 * d * math.log(2.0 * math.pi) + logsumexp(alpha))
    likelihood = likelihood + np.sum(logsumexp(beta))
    freedom = d + m + 1
    scale = freedom * d * math.log(gamma / math.sqrt(2.0)) - multigammaln(0.5 * freedom, d)
    return likelihood + k * scale + prior


def arguments(given):
    tensors = [np.array(given[name]) for name in ("alpha", "mu", "q", "l", "x")]
    return *tensors, given["d"], given["m"], given["gamma"]


def gradient(gradients):
    return {name: plain(g) for name, g in zip(("alpha", "mu", "q", "l"), gradients, strict=True)}


FUNCTIONS = {
    "objective": Function(arguments, log_posterior, plain),
    "jacobian": Function(arguments, ag.grad(log_posterior, argnums=(0, 1, 2, 3)), gradient),
}
