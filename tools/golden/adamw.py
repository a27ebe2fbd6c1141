"""Golden values of Keras 3 for AdamW: ten steps from small weights, so that the length of each step shows.

    KERAS_BACKEND=tensorflow TF_ENABLE_ONEDNN_OPTS=0 python tools/golden/adamw.py
"""

import json
import pathlib

import keras
import numpy as np
import tensorflow as tf

OUTPUT = pathlib.Path(__file__).parents[2] / "tests" / "golden" / "adamw.json"
STEPS = 10
COUNT = 12

random = np.random.default_rng(20_261_130)


def draw(spread):
    return (spread * random.standard_normal(COUNT)).astype("float32")


def listed(values):
    return [float(str(value)) for value in np.asarray(values, dtype="float32")]


def case(**options):
    start, gradients = draw(0.001), [draw(1) for _ in range(STEPS)]
    weight = keras.Variable(start)
    optimizer = keras.optimizers.AdamW(**options)
    optimizer.build([weight])
    steps = []
    for gradient in gradients:
        optimizer.apply([tf.constant(gradient)], [weight])
        steps.append(listed(weight))
    return {
        "config": optimizer.get_config(),
        "start": listed(start),
        "gradients": [listed(gradient) for gradient in gradients],
        "steps": steps,
    }


cases = [case(learning_rate=0.01), case(learning_rate=0.02, weight_decay=0.1, beta_1=0.8, beta_2=0.99, amsgrad=True)]
OUTPUT.write_text(json.dumps({"keras": keras.__version__, "cases": cases}, separators=(",", ":")) + "\n")
