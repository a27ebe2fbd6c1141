"""Golden values of Keras 3 for depthwise, separable and grouped convolutions, and for Dense on several axes.

Each case is a layer's configuration as Keras writes it, an input, the gradient of the output, and what Keras makes of
them: output, gradient of the input, gradients of the weights. Keras computes them in f64, so that its own
rounding is not measured. Run with the TensorFlow backend:

    KERAS_BACKEND=tensorflow TF_ENABLE_ONEDNN_OPTS=0 python tools/golden/convolutions.py
"""

import keras
import numpy as np
from common import layer_case, write
from keras import layers

random = np.random.default_rng(20_240_602)


def draw(shape):
    # Multiples of 1/64: short to write, and the same in f32 and f64.
    return np.round(64 * random.standard_normal(shape)) / 64


def case(layer, shape):
    return layer_case(layer, draw(shape), draw)


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
write("convolutions", cases=list(cases()))
