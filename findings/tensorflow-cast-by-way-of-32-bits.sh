#!/usr/bin/env bash
# `tf.cast(0.999, "float64")` is 0.9990000128746033: a Python float becomes a float of 32 bits first, and is then widened.
# Keras's Adam is therefore as inexact in 64 bits as in 32, with TensorFlow alone.
#
# `tf.cast` turns what it is passed into a tensor before it looks at the type, and a Python float becomes a float of 32 bits;
# `tf.convert_to_tensor(0.999, "float64")` is right. `keras.ops.cast` is `tf.cast` on TensorFlow, and exact on PyTorch. Adam,
# AdamW and Nadam cast beta_1 and beta_2 so for their bias correction. 1 − 0.999 is small: of the first step of a model that has
# `floatx` float64, 6.7e-6 is missing beside what epsilon takes, not 1e-16. Whoever compares an optimizer of their own with
# Keras in 64 bits, to be rid of rounding, finds a drift that is not theirs.
#
# Seen with Python 3.11, keras 3.15.1 and tensorflow-cpu 2.21.0 on Linux, as printed below.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet keras==3.15.1 tensorflow-cpu==2.21.0

cat > cast.py <<'PY'
import keras
import numpy as np
import tensorflow as tf

print("keras", keras.__version__, "tensorflow", tf.__version__)
cast, converted = float(tf.cast(0.999, "float64")), float(tf.convert_to_tensor(0.999, "float64"))
print("tf.cast(0.999, float64):", cast)
print("tf.convert_to_tensor(0.999, float64):", converted)
assert cast == float(np.float32(0.999)) and converted == 0.999

keras.config.set_floatx("float64")
weight = keras.Variable([0.0], dtype="float64")
optimizer = keras.optimizers.Adam(0.001, epsilon=0)
optimizer.build([weight])
optimizer.apply([tf.constant([1.0], "float64")], [weight])
# With the gradient 1 and no epsilon the first step is the learning rate: √(1 − β2) · (1 − β1) / (1 − β1) / √(1 − β2).
missing = 1 - float(weight.numpy()[0]) / -0.001
print("missing from Adam's first step in 64 bits:", f"{missing:.1e}")
assert 6e-6 < missing < 7e-6
PY
KERAS_BACKEND=tensorflow TF_CPP_MIN_LOG_LEVEL=3 venv/bin/python cast.py
