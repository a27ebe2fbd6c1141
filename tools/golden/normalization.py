"""Golden values of Keras 3 for batch and layer normalization, and ten training steps of a small residual network.

A case is a layer's configuration as Keras writes it, an input, the gradient of the output, and what Keras makes of
them: output, gradients, and the weights behind a training step. Run with the TensorFlow backend:

    KERAS_BACKEND=tensorflow TF_ENABLE_ONEDNN_OPTS=0 python tools/golden/normalization.py
"""

import json
import pathlib

import keras
import numpy as np
import tensorflow as tf
from keras import layers

OUTPUT = pathlib.Path(__file__).parents[2] / "tests" / "golden" / "normalization.json"

random = np.random.default_rng(20_240_602)


def draw(shape, spread=1.0):
    return (spread * random.standard_normal(shape)).astype("float32")


def listed(tensor):
    """The values in row-major order, as few digits as give the same f32 back."""
    return [float(str(value)) for value in np.asarray(tensor, dtype="float32").reshape(-1)]


def case(layer, x, training):
    layer.build(x.shape)
    for weight in layer.weights:
        value = draw(weight.shape)
        weight.assign(value**2 + 0.25 if "variance" in weight.name else value)
    before = [listed(weight) for weight in layer.weights]
    dy = draw(x.shape)
    source = tf.constant(x)
    variables = [weight.value for weight in layer.trainable_weights]
    with tf.GradientTape() as tape:
        tape.watch(source)
        y = layer(source, training=training)
    dx, *gradients = tape.gradient(y, [source, *variables], output_gradients=tf.constant(dy))
    config = {key: value for key, value in layer.get_config().items() if key != "dtype"}
    return {
        "layer": {"class_name": type(layer).__name__, "config": config},
        "training": training,
        "shape": list(x.shape),
        "weights": before,
        "after": [listed(weight) for weight in layer.weights],
        **{"x": listed(x), "dy": listed(dy), "y": listed(y), "dx": listed(dx)},
        "gradients": [listed(gradient) for gradient in gradients],
    }


def cases():
    for shape in [(7, 5), (6, 16), (3, 5, 7, 3), (2, 4, 3, 9), (5, 3, 4)]:
        for training in [True, False]:
            yield case(layers.BatchNormalization(), draw(shape) + 0.5, training)
    for options in [
        dict(momentum=0.7, epsilon=1e-5),
        dict(center=False),
        dict(scale=False),
        dict(center=False, scale=False, momentum=0.0),
    ]:
        yield case(layers.BatchNormalization(**options), 3 * draw((3, 3, 5, 6)) - 2, True)
        yield case(layers.BatchNormalization(**options), 3 * draw((4, 6)) - 2, False)
    for shape in [(4, 7), (3, 16), (2, 3, 5, 6), (2, 4, 1)]:
        yield case(layers.LayerNormalization(), 2 * draw(shape) + 1, True)
    for options in [
        dict(epsilon=1e-5, center=False),
        dict(scale=False),
        dict(axis=[-2, -1]),
        dict(axis=[1, 2, 3], scale=False, center=False),
    ]:
        yield case(layers.LayerNormalization(**options), 2 * draw((3, 4, 3, 5)) + 1, True)


def residual_steps(samples=40, batch=8, epochs=2, rate=0.05):
    """Ten steps of plain gradient descent, the batches in the order of the samples; the last one whole."""
    inputs = keras.Input((8, 8, 3))
    a = layers.Conv2D(6, 3, padding="same", use_bias=False)(inputs)
    a = layers.Activation("relu")(layers.BatchNormalization()(a))
    b = layers.Conv2D(6, 3, padding="same", use_bias=False)(a)
    b = layers.Activation("relu")(layers.BatchNormalization(momentum=0.8)(b))
    b = layers.Conv2D(6, 3, padding="same", use_bias=False)(b)
    b = layers.BatchNormalization()(b)
    c = layers.Activation("relu")(layers.Add()([a, b]))
    outputs = layers.Dense(4, activation="softmax")(layers.GlobalAveragePooling2D()(c))
    model = keras.Model(inputs, outputs)
    x = np.round(64 * draw((samples, 8, 8, 3))) / 64
    labels = random.integers(0, 4, samples)
    before = [listed(weight) for weight in model.weights]
    model.compile(keras.optimizers.SGD(rate), "sparse_categorical_crossentropy", jit_compile=False)
    history = model.fit(x, labels, batch_size=batch, epochs=epochs, shuffle=False, verbose=0)
    return {
        "model": json.loads(model.to_json()),
        **{"samples": samples, "batchSize": batch, "epochs": epochs, "learningRate": rate},
        "sixtyFourths": [int(value) for value in (64 * x).reshape(-1)],
        "labels": [int(label) for label in labels],
        "before": before,
        "after": [listed(weight) for weight in model.weights],
        "loss": [float(value) for value in history.history["loss"]],
        "predictions": listed(model.predict(x, verbose=0)),
    }


keras.utils.set_random_seed(1)
golden = {"keras": keras.__version__, "backend": f"tensorflow {tf.__version__}", "cases": list(cases())}
lines = ",\n".join(json.dumps(one, separators=(",", ":")) for one in golden["cases"])
head = json.dumps({key: golden[key] for key in ["keras", "backend"]})[:-1]
steps = json.dumps(residual_steps(), separators=(",", ":"))
OUTPUT.write_text(f'{head}, "residual":\n{steps},\n"cases": [\n{lines}\n]}}\n')
print(f"{len(golden['cases'])} cases, {OUTPUT.stat().st_size} bytes")
