#!/usr/bin/env bash
# The slope of Keras's ReLU exactly at its maximum depends on the maximum: 0 for `max_value=6`, 1 for any other.
#
# `keras.layers.ReLU(max_value=6)` takes TensorFlow's operation relu6, whose gradient is 0 where the output is at 6. Any other
# maximum is a clip, which passes the gradient at its bound. A threshold as well, and 6 is clipped like the others. So a unit
# that sits on the bound goes on learning or stops, by the number chosen. A slope below 0 changes the threshold, too: the
# gradient at 0 is `negative_slope` without a maximum and 0 with one.
#
# Seen with Python 3.11, keras 3.15.1 and tensorflow-cpu 2.21.0 on Linux, as printed below.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet keras==3.15.1 tensorflow-cpu==2.21.0

cat > slopes.py <<'PY'
import keras
import tensorflow as tf


def slope(at, **options):
    """The gradient of a ReLU with these options at one number."""
    x = tf.constant([[float(at)]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = keras.layers.ReLU(**options)(x)
    return float(tape.gradient(y, x)[0, 0])


print("keras", keras.__version__, "tensorflow", tf.__version__)
seen = {
    "at 6, max_value=6": slope(6, max_value=6),
    "at 2, max_value=2": slope(2, max_value=2),
    "at 6, max_value=6, threshold=0.5": slope(6, max_value=6, threshold=0.5),
    "at 0, negative_slope=0.25": slope(0, negative_slope=0.25),
    "at 0, negative_slope=0.25, max_value=2": slope(0, negative_slope=0.25, max_value=2),
}
for name, value in seen.items():
    print(f"{name}: {value}")
assert list(seen.values()) == [0, 1, 1, 0.25, 0]
PY
KERAS_BACKEND=tensorflow TF_CPP_MIN_LOG_LEVEL=3 venv/bin/python slopes.py
