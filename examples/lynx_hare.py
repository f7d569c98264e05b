"""Fit a predator-prey model to the pelts that the Hudson's Bay Company collected, 1900 to 1920.

The Lotka-Volterra equations

    d hare / dt = (alpha - beta * lynx) * hare
    d lynx / dt = (delta * hare - gamma) * lynx

are solved by a Runge-Kutta loop in plain Python.  Four rates and two initial populations are fitted
by maximum likelihood: an observed pelt count is log-normal around the population, with noise SIGMA.
Everything positive is fitted by its logarithm.  Published posterior means for these data:
alpha 0.55, beta 0.028, gamma 0.80, delta 0.024 (C. R. Carpenter's case study, 2018).

SciPy drives the first fit and asks for value and gradient together; Adam, in one compiled loop
that holds the tape, the model and the optimizer, drives the second.
"""

import time
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

import autograph_lite as ag

HERE = Path(__file__).resolve().parent
YEAR, HARE, LYNX = np.loadtxt(HERE / "data" / "lynx_hare.csv", delimiter=",", skiprows=2).T
LOG_PELTS = np.log(np.stack([HARE, LYNX], axis=1))
YEARS = len(YEAR)
SUBSTEPS = 10  # Runge-Kutta steps per year; 10 and 40 give six equal digits of the loss
SIGMA = 0.25  # noise of the logarithm of a count; it scales the loss and moves no parameter
NAMES = ("alpha", "beta", "gamma", "delta", "hare in 1900", "lynx in 1900")
PUBLISHED = (0.55, 0.028, 0.80, 0.024)
START = np.log([0.5, 0.03, 0.7, 0.03, 30.0, 4.0])


def rates(z, theta):
    """How fast hare z[0] and lynx z[1] change."""
    alpha, beta, gamma, delta = theta[0], theta[1], theta[2], theta[3]
    hare, lynx = z[0], z[1]
    return np.stack([(alpha - beta * lynx) * hare, (delta * hare - gamma) * lynx])


@ag.function
def simulate(theta, years, substeps):
    """Hare and lynx at the start of every year, one row each."""
    dt = 1.0 / substeps
    z = np.stack([theta[4], theta[5]])  # of a slice only the run would know the length
    path = ag.zeros((years, 2))
    path[0] = z
    for t in ag.arange(1, years):
        for _ in ag.arange(substeps):
            k1 = rates(z, theta)
            k2 = rates(z + 0.5 * dt * k1, theta)
            k3 = rates(z + 0.5 * dt * k2, theta)
            k4 = rates(z + dt * k3, theta)
            z = z + dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
        path[t] = z
    return path


@ag.function
def loss(log_theta):
    """Negative log-likelihood of the counts, without the terms that do not depend on theta."""
    path = simulate(np.exp(log_theta), YEARS, SUBSTEPS)
    return 0.5 * np.sum(((np.log(path) - LOG_PELTS) / SIGMA) ** 2)


def make_trainer(learning_rate):
    """A variable at START and a function that moves it by so many steps of Adam."""
    log_theta = ag.Variable(START)
    adam = ag.optimizers.Adam(learning_rate=learning_rate)

    @ag.function
    def train(steps):
        for _ in ag.arange(steps):
            with ag.GradientTape() as tape:
                value = loss(log_theta)
            gradient = tape.gradient(value, log_theta)
            adam.apply_gradients([(gradient, log_theta)])
        return loss(log_theta)

    return log_theta, train


def timed(f, *args, calls=1):
    """The result, and the seconds of the fastest of so many calls."""
    seconds = []
    for _ in range(calls):
        start = time.perf_counter()
        out = f(*args)
        seconds.append(time.perf_counter() - start)
    return out, min(seconds)


def same_bits(*pairs):
    return all(np.asarray(a).tobytes() == np.asarray(b).tobytes() for a, b in pairs)


def yes(condition):
    return "yes" if condition else "NO"


def report(log_theta, value):
    """Print the parameters beside the published ones, the loss, and the noise that was left."""
    theta = np.exp(np.asarray(log_theta))
    for i, name in enumerate(NAMES):
        published = f"   published {PUBLISHED[i]:g}" if i < len(PUBLISHED) else ""
        print(f"  {name:12} {theta[i]:9.4f}{published}")
    noise = SIGMA * np.sqrt(2.0 * float(value) / LOG_PELTS.size)
    print(f"  loss {float(value):.6f}, noise of the residuals {noise:.3f}")


def fit_with_scipy():
    """L-BFGS over the compiled value and gradient; returns the logarithms of the fit."""
    value_and_grad = ag.value_and_grad(loss)
    _, first = timed(value_and_grad, START)
    fit, seconds = timed(lambda: minimize(value_and_grad, START, jac=True, method="L-BFGS-B"))
    print(f"scipy.optimize.minimize: {fit.nit} iterations, {fit.nfev} evaluations")
    report(fit.x, fit.fun)
    print(f"  first call {first:.3f} s, then the whole fit {1e3 * seconds:.1f} ms")
    return fit.x


def compare_modes(log_theta):
    """The same gradient compiled and step by step: every bit, and the time of both."""
    compiled, eager = ag.value_and_grad(loss), ag.value_and_grad(loss.eager)
    (value_c, grad_c), seconds_c = timed(compiled, log_theta, calls=10)
    (value_e, grad_e), seconds_e = timed(eager, log_theta)
    print("value and gradient, eager and compiled")
    print(f"  equal in every bit: {yes(same_bits((value_c, value_e), (grad_c, grad_e)))}")
    print(f"  compiled {1e3 * seconds_c:.3f} ms, eager {1e3 * seconds_e:.1f} ms")
    return same_bits((value_c, value_e), (grad_c, grad_e))


def fit_with_adam(steps=2000, compared=3):
    """Adam in one compiled loop; the first steps are repeated eagerly and compared."""
    log_theta, train = make_trainer(learning_rate=0.01)
    twin, train_twin = make_trainer(learning_rate=0.01)
    value_c = train(compared)
    value_e, seconds_e = timed(train_twin.eager, compared)
    same = same_bits((value_c, value_e), (log_theta.numpy(), twin.numpy()))
    train(compared)
    value, seconds = timed(train, steps - 2 * compared)
    print(f"Adam, {steps} steps in one compiled loop")
    report(log_theta.numpy(), value)
    print(f"  first {compared} steps equal in every bit: {yes(same)}")
    each, each_eager = seconds / (steps - 2 * compared), seconds_e / compared
    print(f"  compiled {1e3 * each:.3f} ms per step, eager {1e3 * each_eager:.1f} ms per step")
    return same


def plot(log_theta):
    """Counts and fitted curves, as a picture beside this file, if matplotlib is installed."""
    try:
        import matplotlib
    except ImportError:
        print("no plot: matplotlib is not installed")
        return
    matplotlib.use("Agg")
    from matplotlib import pyplot

    fine = 20
    theta = np.exp(np.asarray(log_theta))
    theta[:4] /= fine  # rates per twentieth of a year
    path = np.asarray(simulate(theta, (YEARS - 1) * fine + 1, 1))
    year = YEAR[0] + np.arange(len(path)) / fine
    figure, axes = pyplot.subplots(figsize=(8, 4))
    for column, name, count in ((0, "hare", HARE), (1, "lynx", LYNX)):
        axes.plot(year, path[:, column], color=f"C{column}", label=name)
        axes.plot(YEAR, count, "o", color=f"C{column}")
    axes.set_xticks(YEAR[::4])
    axes.set_ylabel("pelts, thousands")
    axes.legend()
    figure.savefig(HERE / "lynx_hare.png", dpi=120)
    print(f"plot: {HERE.name}/lynx_hare.png")


def main():
    log_theta = fit_with_scipy()
    same = compare_modes(log_theta)
    same = fit_with_adam() and same
    plot(log_theta)
    if not same:
        raise SystemExit("eager and compiled differ")


if __name__ == "__main__":
    main()
