"""Real Keras reads the models that Heddle wrote, sets their weights, and says what they predict.

tools/golden/keras-json.mjs writes the models. Written for each: the JSON that Keras makes of what it read, the layers
that are frozen, and the predictions for images that follow a rule. Run with the TensorFlow backend:

    KERAS_BACKEND=tensorflow TF_ENABLE_ONEDNN_OPTS=0 python tools/golden/keras-json.py
"""

import json

import keras
import numpy as np
from common import FOLDER, listed, write

COUNT = 6


def noise(shape):
    """Bytes of a linear congruential generator, each image brighter than the one before."""
    state, values = 7, []
    for _ in range(COUNT * int(np.prod(shape))):
        state = (state * 1664525 + 1013904223) % 2**32
        values.append(state >> 24)
    brightness = np.arange(1, COUNT + 1)[:, None]
    images = np.array(values).reshape(COUNT, -1) * brightness // COUNT
    return images.astype("uint8").reshape(COUNT, *shape)


def tensors(path):
    """The arrays of a safetensors file: the header's length in 8 bytes, the header as JSON, then the numbers."""
    data = path.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    header.pop("__metadata__", None)
    return {
        name: np.frombuffer(
            data, "<f4", int(np.prod(one["shape"])), start + one["data_offsets"][0]
        ).reshape(one["shape"])
        for name, one in header.items()
    }


def name_of(layer, weight):
    """A weight's name within its layer: that of its part too, where the layer has parts."""
    return weight.path.split(f"{layer.name}/", 1)[1] if isinstance(layer, keras.layers.MultiHeadAttention) else weight.name


def case(name):
    path = FOLDER / "keras-json" / f"{name}.json"
    text = path.read_text()
    model = keras.models.model_from_json(text)
    weights = tensors(path.with_suffix(".safetensors"))
    for layer in model.layers:
        names = [name_of(layer, weight) for weight in layer.weights]
        layer.set_weights([weights.pop(f"{layer.name}/{weight}") for weight in names])
        if isinstance(layer, keras.layers.Normalization):
            # It computes with copies, which set_weights leaves as they are.
            layer.finalize_state()
    assert not weights, f"{name}: Keras has no {', '.join(weights)}"
    # Keras's from_config accepts what Heddle's getConfig returns.
    config = json.loads(text)["config"]
    kind = keras.Sequential if isinstance(model, keras.Sequential) else keras.Model
    again = kind.from_config(config)
    assert [layer.name for layer in again.layers] == [layer.name for layer in model.layers]
    return {
        "name": name,
        "model": json.loads(model.to_json()),
        "frozen": [layer.name for layer in model.layers if not layer.trainable],
        "predictions": listed(model.predict(noise(model.input_shape[1:]), verbose=0)),
    }


if __name__ == "__main__":
    # Some layers write a seed of their own.
    keras.utils.set_random_seed(1)
    write("keras-json/by-keras", models=[case(name) for name in ["study", "resnet", "mobilenet", "everything"]])
