"""Golden values of Keras 3 for activations that are layers with options of their own.

Cases as in activations-pooling.py, computed in f64. Inputs keep away from where a function bends: there TensorFlow's slopes
follow no one rule (docs/keras-differences.md). Run with the TensorFlow backend:

    KERAS_BACKEND=tensorflow TF_ENABLE_ONEDNN_OPTS=0 python tools/golden/activation-layers.py
"""

import keras
import numpy as np
from common import layer_case, write
from keras import layers

random = np.random.default_rng(20_240_611)


def draw(shape, spread=1.0):
    # Odd multiples of 1/32, short to write: never 0, and no option below is one.
    return (2 * np.round(16 * spread * random.standard_normal(shape)) + 1) / 32


def cases():
    for max_value in [None, 1, 6]:
        for negative_slope in [0, 0.25]:
            for threshold in [0, 0.5, 2]:
                layer = layers.ReLU(max_value=max_value, negative_slope=negative_slope, threshold=threshold)
                yield layer, draw((3, 5, 7), 3)
    for negative_slope in [0.3, 0, 1.5]:
        yield layers.LeakyReLU(negative_slope=negative_slope), draw((3, 5, 7), 3)
    for alpha in [1, 0.25, 2]:
        yield layers.ELU(alpha=alpha), draw((3, 5, 7), 3)
    for shared_axes, shape in [
        (None, (3, 7)),
        (None, (3, 2, 5, 3)),
        ([1, 2], (3, 4, 5, 6)),
        ([1], (3, 4, 2, 5)),
        ([2], (3, 4, 2, 5)),
        ([3], (3, 4, 2, 5)),
        ([1, 3], (3, 4, 2, 5)),
        ([1, 2, 3], (3, 4, 2, 5)),
        ([2], (3, 4, 5)),
    ]:
        yield layers.PReLU(shared_axes=shared_axes), draw(shape)
    for shape in [(3, 7), (2, 3, 3, 5)]:
        yield layers.Softmax(), draw(shape, 3)


keras.backend.set_floatx("float64")
write("activation-layers", cases=[layer_case(layer, x, draw) for layer, x in cases()])
