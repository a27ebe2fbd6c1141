"""What Keras makes of the models of architectures.py: for each its JSON, weights, predictions and losses of ten steps.

usage: ask-keras.py FOLDER [NAME …]: writes FOLDER/NUMBER, and prints its path when it is complete
"""

import json
import os
import pathlib
import sys

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"

import keras
import numpy as np
from architectures import zoo

BATCH, STEPS = 8, 10
"""How models are trained: the rate, the norm to which each gradient is clipped, and how far apart Keras's own runs in 32 and in
64 bits may come. In a deep net with batches of 8 a common step moves them apart by tenths: it gets short ones. So does any other
net whose runs, or a run in 64 bits with weights that are nudged by a millionth, come further apart than that."""
STEP_SIZES = ((0.01, None, 1e-4), (1e-4, 1.0, 5e-4), (1e-5, 1.0, np.inf))
NUDGE = 1e-6
DEEP = 10
ANY_SIZE = 48


def weights_of(model, path=""):
    """Each weight by the names of the models around its layer, the layer's and its own, as docs/from-keras.md does it."""
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from weights_of(layer, f"{path}{layer.name}/")
        else:
            for weight in layer.weights:
                name = weight.path.rpartition(f"{layer.name}/")[2]
                yield f"{path}{layer.name}/{name}", weight.numpy().astype("float32")


def write_safetensors(path, arrays):
    header, at = {}, 0
    for name, array in arrays.items():
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [at, at + array.nbytes]}
        at += array.nbytes
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for array in arrays.values():
            file.write(array.tobytes())


def without_chance(value):
    """A model's JSON in which nothing is drawn: random layers pass their input on, and nothing is dropped."""
    if isinstance(value, list):
        return [without_chance(item) for item in value]
    if not isinstance(value, dict):
        return value
    value = {key: without_chance(item) for key, item in value.items()}
    config = value.get("config")
    if str(value.get("class_name")).startswith("Random") and "initializers" not in str(value.get("module")):
        passed_on = {"name": config["name"], "activation": "linear"}
        return {**value, "class_name": "Activation", "config": passed_on, "build_config": None}
    if isinstance(config, dict):
        for key in ("rate", "dropout", "stddev"):
            if key in config and "initializers" not in str(value.get("module")):
                config[key] = 0.0
    return value


def trained(text, weights, rate, norm, loss, x, y):
    """A model and the losses of its training. Its numbers have the bits that keras.config.floatx says."""
    bits = keras.config.floatx()
    config = without_chance(json.loads(text.replace('"float32"', f'"{bits}"')))
    # One of the models has a Lambda, which Heddle refuses.
    model = keras.saving.deserialize_keras_object(config, safe_mode=False)
    model.set_weights(weights)
    for layer in model._flatten_layers():
        # Its statistics are what it was built with until it is told.
        if isinstance(layer, keras.layers.Normalization):
            layer.finalize_state()
    model.compile(keras.optimizers.SGD(rate, clipnorm=norm), loss, run_eagerly=True)
    losses = []
    for step in range(STEPS):
        batch = slice(step * BATCH, (step + 1) * BATCH)
        model.reset_metrics()
        losses.append(float(model.train_on_batch(x[batch].astype(bits), y[batch])))
    return model, losses


def ask(name, build, folder):
    keras.backend.clear_session()
    keras.utils.set_random_seed(1)
    model = build()
    shape = [ANY_SIZE if size is None else size for size in model.inputs[0].shape[1:]]
    text = model.to_json()
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 1, (BATCH * STEPS, *shape)).astype("float32")
    if any(sign in text for sign in ("Rescaling", "TrueDivide", '"Normalization"')):
        x = np.floor(256 * x)
    (folder / "config.json").write_text(text)
    write_safetensors(folder / "weights.safetensors", dict(weights_of(model)))
    x.tofile(folder / "images.f32")
    about = {"input": shape, "parameters": model.count_params(), "batch": BATCH, "steps": STEPS}
    if len(model.outputs) == 1:
        output = model(x[:BATCH], training=False).numpy().astype("float32")
        output.tofile(folder / "predictions.f32")
        is_softmax = output.ndim == 2 and output.shape[1] > 1 and np.allclose(output.sum(1), 1, atol=1e-5)
        if is_softmax:
            y = rng.integers(0, output.shape[1], BATCH * STEPS).astype("uint8")
        else:
            y = rng.uniform(0, 1, (BATCH * STEPS, *output.shape[1:])).astype("float32")
        y.tofile(folder / "answers")
        loss = "sparse_categorical_crossentropy" if is_softmax else "mean_squared_error"
        norms = [one for one in model._flatten_layers() if "Normalization" in type(one).__name__]
        for rate, norm, apart in STEP_SIZES[len(norms) > DEEP :]:
            options = (text, model.get_weights(), rate, norm, loss, x, y)
            twin, losses = trained(*options)
            keras.config.set_floatx("float64")
            _, exact = trained(*options)
            runs = [exact]
            if norm is None:
                # A kink that rounding decides shows in one run of two.
                nudged = [w * (1 + NUDGE * rng.uniform(-1, 1, w.shape)) for w in model.get_weights()]
                runs.append(trained(text, nudged, *options[2:])[1])
            keras.config.set_floatx("float32")
            if all(np.all(np.abs(np.divide(losses, run) - 1) <= apart) for run in runs):
                break
        (folder / "training.json").write_text(twin.to_json())
        about |= {"rate": rate, "clipnorm": norm, "loss": loss, "losses": losses, "exact": exact}
    (folder / "about.json").write_text(json.dumps(about))


if __name__ == "__main__":
    out, *names = sys.argv[1:]
    for number, (group, name, build) in enumerate(zoo()):
        if names and name not in names:
            continue
        folder = pathlib.Path(out) / str(number)
        folder.mkdir(parents=True)
        ask(name, build, folder)
        print(json.dumps({"folder": str(folder), "group": group, "name": name}), flush=True)
