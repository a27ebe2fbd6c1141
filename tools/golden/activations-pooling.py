"""Golden values of Keras 3 for activations, pooling and shape layers.

Each case is a layer's configuration as Keras writes it, an input, the gradient of the output, and what Keras makes of
them: output, gradient of the input, gradients of the weights. Run with the TensorFlow backend:

    KERAS_BACKEND=tensorflow TF_ENABLE_ONEDNN_OPTS=0 python tools/golden/activations-pooling.py
"""

import keras
import numpy as np
from common import layer_case, write
from keras import layers

random = np.random.default_rng(20_240_601)

ACTIVATIONS = ["linear", "relu", "leaky_relu", "elu", "selu", "gelu", "silu", "swish", "sigmoid", "tanh", "softplus"]
ACTIVATIONS += ["softmax", "hard_silu", "hard_swish"]


def draw(shape, spread=1.0):
    return (spread * random.standard_normal(shape)).astype("float32")


def case(layer, x):
    return layer_case(layer, x, draw)


def cases():
    # Where functions bend, where they saturate, and values between.
    special = np.float32([0, -0.5, 0.5, 3, -3, 2.9999, -2.9999, 1e-6, -1e-6, 6, -6, 20, -20, 100, -100])
    for name in ACTIVATIONS:
        x = np.concatenate([special, draw(3 * 5 * 7 - len(special), 3)]).reshape(3, 5, 7)
        yield case(layers.Activation(name), x)
    yield case(layers.Activation("softmax"), draw((2, 3, 3, 5), 3))
    # Keras has the approximation as a function alone, without a name; Heddle calls it gelu_tanh.
    approximate = case(layers.Activation(lambda x: keras.activations.gelu(x, approximate=True)), draw((3, 5, 7), 3))
    yield {**approximate, "layer": {"class_name": "Activation", "config": {"activation": "gelu_tanh"}}}
    for name in ["selu", "gelu", "hard_silu", "softmax"]:
        yield case(layers.Conv2D(5, 3, padding="same", activation=name), draw((2, 5, 7, 3)))
        yield case(layers.Dense(7, activation=name), draw((3, 5)))

    pooled = [
        dict(pool_size=2),
        dict(pool_size=3, strides=2, padding="same"),
        dict(pool_size=(3, 2), strides=(1, 3)),
        dict(pool_size=(2, 4), strides=(3, 1), padding="same"),
        dict(pool_size=5, strides=4, padding="same"),
    ]
    for options in pooled:
        for shape in [(2, 7, 9, 5), (3, 5, 6, 4)]:
            yield case(layers.AveragePooling2D(**options), draw(shape))
            # Halves have equals within many windows: the first of them has the gradient.
            yield case(layers.MaxPooling2D(**options), np.round(2 * draw(shape)) / 2)
    for keepdims in [False, True]:
        for shape in [(2, 7, 9, 5), (3, 1, 1, 4), (1, 13, 11, 9)]:
            yield case(layers.GlobalAveragePooling2D(keepdims=keepdims), draw(shape))
            yield case(layers.GlobalMaxPooling2D(keepdims=keepdims), draw(shape))

    for size in [2, (3, 1), (1, 2), (2, 5)]:
        yield case(layers.UpSampling2D(size), draw((2, 3, 5, 3)))
    for padding in [1, (0, 2), ((1, 0), (2, 3)), ((0, 0), (0, 5))]:
        yield case(layers.ZeroPadding2D(padding), draw((2, 3, 5, 3)))
    for shape in [(15, 3), (-1,), (3, -1, 5), (5, 9)]:
        yield case(layers.Reshape(shape), draw((2, 3, 5, 3)))
    yield case(layers.SpatialDropout2D(0.3), draw((2, 3, 5, 3)))


keras.utils.set_random_seed(1)
write("activations-pooling", cases=list(cases()))
