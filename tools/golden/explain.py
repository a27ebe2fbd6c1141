"""Golden values of Keras 3 for what `heddle explain` shows: every layer's output, and Grad-CAM.

Each case is a small model in Keras's own JSON with its weights, an image, what every layer gives, and for some layers
and classes the gradient of the class's logit by the layer's output with the Grad-CAM map (Selvaraju et al. 2017) of
them and HiResCAM's. Keras computes in f64, so that its own rounding is not measured. Run with the TensorFlow backend:

    KERAS_BACKEND=tensorflow TF_ENABLE_ONEDNN_OPTS=0 python tools/golden/explain.py
"""

import json
import pathlib

import keras
import numpy as np
import tensorflow as tf
from keras import layers

keras.config.set_floatx("float64")

OUTPUT = pathlib.Path(__file__).parents[2] / "tests" / "golden" / "explain.json"

random = np.random.default_rng(20_241_122)


def listed(tensor):
    """The values in row-major order, rounded to f32, as few digits as give the same f32 back."""
    return [float(str(value)) for value in np.asarray(tensor).astype("float32").reshape(-1)]


def chain():
    x = layers.Input((10, 9, 1))
    y = layers.Rescaling(1 / 255)(x)
    y = layers.Conv2D(6, 3, activation="relu", name="first")(y)
    y = layers.Conv2D(8, 3, activation="relu", name="second")(y)
    y = layers.MaxPooling2D(2)(y)
    y = layers.Dropout(0.4)(y)
    y = layers.Flatten()(y)
    return keras.Model(x, layers.Dense(4, activation="softmax", name="head")(y)), ["first", "second", "max_pooling2d"]


def residual():
    x = layers.Input((9, 8, 2))
    y = layers.Rescaling(1 / 127.5, offset=-1.0)(x)
    y = layers.Conv2D(5, 3, padding="same", activation="gelu", name="stem")(y)
    z = layers.Conv2D(5, 3, padding="same", use_bias=False, name="inner")(y)
    z = layers.BatchNormalization(name="norm")(z)
    z = layers.Activation("relu", name="relu")(z)
    z = layers.SeparableConv2D(5, 3, padding="same", name="outer")(z)
    y = layers.Add(name="sum")([y, z])
    y = layers.DepthwiseConv2D(3, strides=2, activation="silu", name="depthwise")(y)
    y = layers.SpatialDropout2D(0.2)(y)
    y = layers.GlobalAveragePooling2D()(y)
    y = layers.Dense(7, activation="tanh")(y)
    y = layers.Dense(3, name="logits")(y)
    return keras.Model(x, layers.Activation("softmax", name="probabilities")(y)), ["stem", "inner", "outer", "sum", "depthwise"]


def case(make):
    keras.utils.clear_session()
    model, targets = make()
    for weight in model.weights:
        # A variance must not be negative.
        values = np.round(32 * random.standard_normal(weight.shape)) / 64
        weight.assign(np.abs(values) + 0.25 if weight.name == "moving_variance" else values)
    image = random.integers(0, 256, (1, *model.input_shape[1:])).astype("float64")
    named = [layer for layer in model.layers if not isinstance(layer, layers.InputLayer)]
    outputs = keras.Model(model.input, [layer.output for layer in named])(image, training=False)
    cams = [cam(model, name, label, image) for name in targets for label in range(model.output_shape[-1])]
    return {
        "model": json.loads(model.to_json()),
        "weights": {layer.name: [listed(value) for value in layer.get_weights()] for layer in named},
        "image": listed(image),
        "layers": [
            {"name": layer.name, "shape": list(value.shape)[1:], "values": listed(value)}
            for layer, value in zip(named, outputs)
        ],
        "cams": cams,
    }


def logits_of(model):
    """A model of the same layers that ends before its softmax."""
    last = model.layers[-1]
    if isinstance(last, layers.Activation):
        return model.layers[-2].output
    logits = layers.Dense(last.units, activation=None, name="as_logits")
    y = logits(last.input)
    logits.set_weights(last.get_weights())
    return y


def cam(model, name, label, image):
    both = keras.Model(model.input, [model.get_layer(name).output, logits_of(model)])
    with tf.GradientTape() as tape:
        activation, logits = both(image, training=False)
        score = logits[:, label]
    gradient = tape.gradient(score, activation)
    alphas = tf.reduce_mean(gradient, axis=(1, 2))
    cam_map = tf.nn.relu(tf.einsum("nhwc,nc->nhw", activation, alphas))
    return {
        "layer": name,
        "label": label,
        "shape": list(cam_map.shape)[1:],
        "gradient": listed(gradient),
        "values": listed(cam_map),
        # HiResCAM (Draelos and Carin 2020).
        "elementwise": listed(tf.nn.relu(tf.reduce_sum(gradient * activation, axis=-1))),
    }


OUTPUT.write_text(json.dumps({"keras": keras.__version__, "cases": [case(chain), case(residual)]}) + "\n")
print(f"{OUTPUT} {OUTPUT.stat().st_size} bytes")
