"""Golden values of Keras 3 for depthwise, separable and grouped convolutions, and for Dense on several axes.

Each case is a layer's configuration as Keras writes it, an input, the gradient of the output, and what Keras makes of
them: output, gradient of the input, gradients of the weights. Keras computes them in f64, so that its own
rounding is not measured. Run with the TensorFlow backend:

    KERAS_BACKEND=tensorflow TF_ENABLE_ONEDNN_OPTS=0 python tools/golden/convolutions.py
"""

import json
import pathlib

import keras
import numpy as np
import tensorflow as tf
from keras import layers

OUTPUT = pathlib.Path(__file__).parents[2] / "tests" / "golden" / "convolutions.json"

random = np.random.default_rng(20_240_602)


def draw(shape):
    # Multiples of 1/64: short to write, and the same in f32 and f64.
    return np.round(64 * random.standard_normal(shape)) / 64


def listed(tensor):
    """The values in row-major order, rounded to f32, as few digits as give the same f32 back."""
    return [float(str(value)) for value in np.asarray(tensor).astype("float32").reshape(-1)]


def case(layer, shape):
    x = draw(shape)
    y = layer(x)
    for weight in layer.weights:
        weight.assign(draw(weight.shape))
    dy = draw(y.shape)
    source = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(source)
        y = layer(source, training=False)
    variables = [weight.value for weight in layer.weights]
    dx, *gradients = tape.gradient(y, [source, *variables], output_gradients=tf.constant(dy))
    config = {key: value for key, value in layer.get_config().items() if key != "dtype"}
    return {
        "layer": {"class_name": type(layer).__name__, "config": config},
        "input": list(x.shape),
        "output": list(y.shape),
        "weights": [listed(value) for value in variables],
        **{"x": listed(x), "dy": listed(dy), "y": listed(y), "dx": listed(dx)},
        "gradients": [listed(gradient) for gradient in gradients],
    }


def cases():
    windows = [
        dict(kernel_size=3),
        dict(kernel_size=3, padding="same"),
        dict(kernel_size=3, padding="same", strides=2),
        dict(kernel_size=(2, 4), strides=3),
        dict(kernel_size=(3, 2), padding="same", dilation_rate=2),
        dict(kernel_size=(2, 3), dilation_rate=(2, 3)),
        dict(kernel_size=5, padding="same", strides=2, use_bias=False),
        dict(kernel_size=1, activation="relu"),
    ]
    for number, options in enumerate(windows):
        # TensorFlow's dilated depthwise convolution takes one rate for both axes.
        unequal = options.get("dilation_rate") == (2, 3)
        depthwise = {**options, "dilation_rate": 2} if unequal else options
        yield case(layers.DepthwiseConv2D(**depthwise), (2, 6, 7, 5))
        yield case(layers.DepthwiseConv2D(**{**depthwise, "activation": "silu"}, depth_multiplier=3), (1, 6, 7, 3))
        yield case(layers.Conv2D(6, **options, groups=2), (1, 7, 9, 4))
        if number % 2 == 0:
            yield case(layers.SeparableConv2D(4, **depthwise), (1, 7, 9, 5))
        else:
            yield case(layers.Conv2D(9, **options, groups=3), (1, 6, 7, 9))
    yield case(layers.DepthwiseConv2D(3, padding="same", activation="relu"), (1, 9, 8, 17))
    yield case(layers.SeparableConv2D(7, 3, strides=2, depth_multiplier=2, activation="gelu"), (2, 8, 9, 4))
    # As many groups as channels: a depthwise convolution.
    yield case(layers.Conv2D(10, 3, padding="same", groups=5), (2, 5, 7, 5))
    for shape in [(3, 4, 5), (2, 3, 4, 7), (2, 2, 3, 2, 5)]:
        yield case(layers.Dense(6), shape)
        yield case(layers.Dense(9, activation="relu", use_bias=False), shape)
        yield case(layers.Dense(4, activation="softmax"), shape)


keras.backend.set_floatx("float64")
golden = {"keras": keras.__version__, "backend": f"tensorflow {tf.__version__}", "cases": list(cases())}
lines = ",\n".join(json.dumps(one, separators=(",", ":")) for one in golden["cases"])
head = json.dumps({key: golden[key] for key in ["keras", "backend"]})[:-1]
OUTPUT.parent.mkdir(parents=True, exist_ok=True)
OUTPUT.write_text(f'{head}, "cases": [\n{lines}\n]}}\n')
print(f"{len(golden['cases'])} cases, {OUTPUT.stat().st_size} bytes")
