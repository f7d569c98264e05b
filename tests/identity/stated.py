"""Functions that state their own derivative: in loops and branches, with loops, branches and gradients in their
rules, of several results, in both directions and to second order."""

import numpy as np

import autograph_lite as ag


def c(value):
    return ag.constant(value, dtype="float64")


@ag.custom_gradient
def clipped(x):
    """The identity, whose cotangents have an end."""
    return x, lambda g: np.minimum(np.maximum(g, -0.75), 0.75)


@ag.custom_gradient
def log1pexp(x):
    e = np.exp(x)

    def pullback(upstream):
        return upstream * (1.0 - 1.0 / (1.0 + e))

    return np.log(1.0 + e), pullback


@ag.custom_gradient
def polar(x, y):
    """Two results, and a number."""
    r = np.sqrt(x * x + y * y)

    def pullback(of_r, of_product, of_number):
        del of_number
        return of_r * x / r + of_product * y, of_r * y / r + of_product * x

    return (r, x * y, 2), pullback


@ag.custom_gradient
def power(x, n):
    """A loop and a branch in the rule; the second argument is a number."""
    y = x
    for _ in range(n):
        y = y * x

    def pullback(g):
        factor = x * 0.0 + (n + 1.0)
        for _ in range(n):
            factor = factor * x
        if np.sum(g) > 0.0:
            g = g * 1.0
        while np.max(np.abs(factor)) > 64.0:
            factor = factor * 0.5
        return g * factor, None

    return y, pullback


@ag.custom_gradient
def by_its_own_gradient(x):
    """The rule is a gradient of another function."""
    return np.sum(np.sin(x)), lambda g: g * ag.grad(lambda z: np.sum(np.sin(z)))(x)


@ag.custom_vjp
def product(p, scale):
    return p["a"] * p["b"] * scale


def _forward(p, scale):
    return product(p, scale), (p, p["a"] * scale)


def _backward(residuals, g):
    p, scaled = residuals
    return {"a": g * p["b"] * 2.0, "b": g * scaled}, None


product.defvjp(_forward, _backward)


@ag.custom_jvp
def swung(x, y):
    return np.sin(x) * y, x + y


@swung.defjvp
def _rule(primals, tangents):
    x, y = primals
    dx, dy = tangents
    total = np.sin(x) * dy
    for _ in range(2):
        total = total + 0.5 * np.cos(x) * y * dx
    return swung(x, y), (total, dx + dy)


def _scaled(k, x):
    return x * k


scaled = ag.custom_vjp(_scaled, nondiff_argnums=(0,))
scaled.defvjp(lambda k, x: (x * k, None), lambda k, residuals, g: (g * k * 0.5,))


def stated_in_steps(x, n):
    for i in range(n):
        x = log1pexp(x) + 0.1 * clipped(x * x) if i % 2 == 0 else scaled(2.0, x) - i
    return x


def of_some_results(x, n):
    """One of two results is used, by some runs."""
    a, b, k = polar(x, x[::-1])
    s = a[0] * k
    if s > 1.0 + n:
        s = s + np.sum(b)
    return s


def of_a_result_in_some_steps(x, n):
    y = x * 1.0
    for i in range(n):
        r, p, _ = polar(y, x + i)
        if r[0] > 1.5:
            y = p * 0.3
        else:
            y = y + 0.25 * r
    return np.sum(y)


def with_control_flow_inside(x, n):
    y = power(x, n)
    for i in range(n):
        y = y + power(x * 0.5, i)
    return y


def stated_of_nests(x, n):
    p = {"a": x, "b": x * x}
    for _ in range(n):
        p = {"a": product(p, 0.5), "b": p["a"]}
    return p["a"], product(p, 2.0)


def in_both_directions(x, n):
    def run(z):
        for _ in range(n):
            a, b = swung(z, z * 0.5)
            z = a + 0.25 * log1pexp(b)
        return np.sum(z)

    return ag.jvp(run, (x,), (np.cos(x),)), ag.grad(run)(x)


def stated_products(x, n):
    return ag.hvp(by_its_own_gradient)(x, x), ag.hvp(lambda z: np.sum(swung(z, z)[0]))(x, x), n


def stated_in_lanes(x, n):
    def lane(z):
        while z < 3.0:
            z = log1pexp(z) + swung(z, z + 1.0)[1] + n
        return z

    return ag.vmap(ag.grad(lane))(x), ag.vmap(lane)(x)


def stated_in_a_while(x, n):
    k, y = 0, x
    while np.sum(y * y) < 40.0 and k < n + 2:
        y = swung(y, x)[0] + clipped(y)
        k += 1
    return y


@ag.function
def compiled(x, n):
    for _ in range(n):
        x = log1pexp(x) * swung(x, x)[0]
    return x


def of_a_compiled_one(x, n):
    with ag.GradientTape() as tape:
        tape.watch(x)
        y = compiled(x, n) + power(x, n)
    return tape.gradient(y, x)


X = c([0.7, 1.3])
PROGRAMS = (
    *(
        stated_in_steps,
        of_some_results,
        of_a_result_in_some_steps,
        with_control_flow_inside,
        stated_of_nests,
    ),
    *(in_both_directions, stated_products, stated_in_lanes, stated_in_a_while, of_a_compiled_one),
)
CASES = [(program, (X, n)) for program in PROGRAMS for n in (0, 2)]
