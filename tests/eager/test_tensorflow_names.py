"""The TensorFlow names, in a process of their own: importing them changes how tensors are shown."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run(program):
    path = os.pathsep.join([str(ROOT), str(ROOT / "runtime")])
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


def test_defaults_and_text():
    out, err = run(
        """
import numpy as np
import autograph_lite.compat.tensorflow as tf
print(tf.constant(1.0), repr(tf.constant([1, 2])), tf.constant(True).dtype, tf.constant(2**40).dtype)
print(tf.constant(np.ones(2)).dtype, tf.range(3).dtype, tf.range(3.0).dtype, tf.zeros((2, 2)).dtype)
x = tf.Variable(0.0, name="x")
print(x, (x * 2.0,))
print(f"{tf.constant(1.5):.3f}", tf.reduce_sum(tf.constant([1.0, 2.0])), tf.cast(x, tf.int32).dtype)
tf.print("x =", x, tf.constant([1.0, 2.0]), (1, "a"))
"""
    )
    assert out.splitlines() == [
        "tf.Tensor(1.0, shape=(), dtype=float32) <tf.Tensor: shape=(2,), dtype=int32, "
        "numpy=array([1, 2], dtype=int32)> bool int64",
        "float64 int32 float32 float32",
        "<tf.Variable 'x:0' shape=() dtype=float32, numpy=0.0> "
        "(<tf.Tensor: shape=(), dtype=float32, numpy=0.0>,)",
        "1.500 tf.Tensor(3.0, shape=(), dtype=float32) int32",
    ]
    assert err == "x = 0 [1 2] (1, 'a')\n"


def test_importing_is_light():
    out, _ = run(
        """
import sys
import autograph_lite
print([name for name in ("numba", "llvmlite", "scipy", "gast", "astunparse") if name in sys.modules])
"""
    )
    assert out == "[]\n"


def test_print_of_ours():
    out, _ = run(
        """
import autograph_lite as ag
ag.print("x", ag.constant(1.0), [ag.constant([1.0, 2.0])], sep="|", end=";\\n")
"""
    )
    assert out == "x|1.0|[array([1., 2.])];\n"
