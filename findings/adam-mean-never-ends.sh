#!/usr/bin/env bash
# Adam's mean of a weight whose gradient stays 0, as for a pixel that is always black, never gets back to 0: in PyTorch it rests
# at 5.6e-45, in Keras on TensorFlow at 1.1e-37, and with `jit_compile=True` alone, which is XLA, at 0.
#
# The update is m += (g − m) · 0.1. In PyTorch, from m = 4 · 1.4e-45 on, the smallest float there is, a tenth of m rounds to 0,
# so after some 950 steps m rests there, among floats of little precision, on which processors are slow; every step of every
# such weight pays for it, for ever. `torch.set_flush_denormal(True)` ends it, in each implementation (foreach, for-loop,
# fused). TensorFlow's threads round such floats to 0 anyway, but its ops round the difference first: as soon as a tenth of m
# is below 1.2e-38, nothing is subtracted any more, and m rests at a float of full precision. XLA computes all of it at once
# and gets to 0. Whoever compares optimizer states, or waits for "no momentum left" by `== 0`, sees three different ends.
#
# Seen with Python 3.11, torch 2.13.0, keras 3.15.1 and tensorflow-cpu 2.21.0 on Linux (x86-64), as printed below.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet torch==2.13.0 keras==3.15.1 tensorflow-cpu==2.21.0

cat > mean.py <<'PY'
import keras
import numpy as np
import tensorflow as tf
import torch

STEPS = 3000
SMALLEST_OF_FULL_PRECISION = float(np.finfo(np.float32).tiny)


def in_torch(flush, **options):
    torch.set_flush_denormal(flush)
    weight = torch.nn.Parameter(torch.full((8,), 0.5))
    optimizer = torch.optim.Adam([weight], **options)
    for step in range(STEPS):
        weight.grad = torch.full((8,), 1.0 if step == 0 else 0.0)
        optimizer.step()
    torch.set_flush_denormal(False)
    return float(optimizer.state[weight]["exp_avg"].double()[0])


def in_keras(jit_compile):
    weight = keras.Variable(np.full((8,), 0.5, "float32"))
    optimizer = keras.optimizers.Adam()
    optimizer.build([weight])
    step_on = tf.function(lambda gradient: optimizer.apply([gradient], [weight]), jit_compile=jit_compile)
    for step in range(STEPS):
        step_on(tf.fill([8], 1.0 if step == 0 else 0.0))
    momentum = next(v for v in optimizer.variables if "momentum" in v.path)
    return float(np.asarray(momentum, "float64")[0])


print("torch", torch.__version__, "keras", keras.__version__, "tensorflow", tf.__version__)
for options in ({"foreach": False}, {"foreach": True}, {"fused": True}):
    kept, flushed = in_torch(False, **options), in_torch(True, **options)
    print(f"PyTorch, {options}: {kept:.2g}, with set_flush_denormal(True): {flushed:.2g}")
    assert kept == 4 * 2.0**-149 and flushed == 0
plain, compiled = in_keras(False), in_keras(True)
print(f"Keras on TensorFlow: {plain:.3g}, with jit_compile=True: {compiled:.2g}")
assert SMALLEST_OF_FULL_PRECISION < plain < 10.1 * SMALLEST_OF_FULL_PRECISION and compiled == 0
PY
KERAS_BACKEND=tensorflow TF_CPP_MIN_LOG_LEVEL=3 venv/bin/python mean.py
