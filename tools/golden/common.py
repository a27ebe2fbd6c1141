"""What the scripts of golden values share."""

import json
import pathlib

import keras
import numpy as np
import tensorflow as tf

FOLDER = pathlib.Path(__file__).parents[2] / "tests" / "golden"


def listed(tensor):
    """The values in row-major order, rounded to f32, as few digits as give the same f32 back."""
    return [float(str(value)) for value in np.asarray(tensor).astype("float32").reshape(-1)]


def layer_case(layer, x, draw):
    """What Keras makes of a layer on x: output, and gradients of input and weights for a drawn output gradient."""
    # Built by calling it, in inference: nothing here is random.
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
    return {
        "layer": {"class_name": type(layer).__name__, "config": config_of(layer)},
        "input": list(x.shape),
        "output": list(y.shape),
        "weights": [listed(value) for value in variables],
        **{"x": listed(x), "dy": listed(dy), "y": listed(y), "dx": listed(dx)},
        "gradients": [listed(gradient) for gradient in gradients],
    }


def config_of(layer):
    return {key: value for key, value in layer.get_config().items() if key != "dtype"}


def write(name, **lists):
    """Writes lists of cases, a line each, after the versions that made them."""
    path = FOLDER / f"{name}.json"
    head = json.dumps({"keras": keras.__version__, "backend": f"tensorflow {tf.__version__}"})[:-1]
    parts = []
    for key, cases in lists.items():
        lines = ",\n".join(json.dumps(one, separators=(",", ":")) for one in cases)
        parts.append(f'"{key}": [\n{lines}\n]')
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{head}, {', '.join(parts)}}}\n")
    counts = ", ".join(f"{len(cases)} {key}" for key, cases in lists.items())
    print(f"{name}.json: {counts}, {path.stat().st_size} bytes")
