"""Files that real Keras writes: archives, weights, legacy HDF5; with the models' predictions, also after more training.

Run with the TensorFlow backend; two files are written in processes with PyTorch's and JAX's:

    KERAS_BACKEND=tensorflow TF_ENABLE_ONEDNN_OPTS=0 python tools/golden/keras-files.py
"""

import json
import os
import shutil
import subprocess
import sys
import zipfile

import h5py
import keras
import numpy as np

FOLDER = os.path.join(os.path.dirname(__file__), "..", "..", "tests", "golden", "keras-files")
COUNT = 16
L = keras.layers


def path(name):
    return os.path.join(FOLDER, name)


def drawn(shape, seed):
    return np.random.default_rng(seed).random((COUNT, *shape)).astype("float32")


def listed(values):
    return [float(str(value)) for value in np.asarray(values, "float32").reshape(-1)]


def cnn(dtype=None):
    return keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            # Its group is conv2d, and that of the next is conv2d_1. A bias before a batch normalization has no gradient but
            # rounding, which Adam would scale up.
            L.Conv2D(3, 3, padding="same", use_bias=False, name="conv2d_1", dtype=dtype),
            L.BatchNormalization(momentum=0.9),
            L.ReLU(),
            L.MaxPooling2D(2),
            L.Conv2D(4, 2, activation="relu", name="conv2d", dtype=dtype),
            L.Flatten(),
            L.Dense(3, activation="softmax", dtype=dtype),
        ],
        name="cnn",
    )


def nested():
    x = inputs = keras.Input((6, 6, 2), name="image")
    normalization = L.Normalization()
    normalization.adapt(3 * drawn((6, 6, 2), 9) - 1)
    x = normalization(x)
    block = keras.Sequential(
        [
            keras.Input((6, 6, 2)),
            L.SeparableConv2D(4, 3, padding="same", name="mix"),
            L.PReLU(shared_axes=[1, 2]),
            L.LayerNormalization(),
        ],
        name="block",
    )
    x = block(x)
    a = inner = keras.Input((6, 6, 4))
    a = L.DepthwiseConv2D(3, padding="same", use_bias=False, name="mix")(a)
    a = L.BatchNormalization()(a)
    backbone = keras.Model(inner, L.Add()([a, inner]), name="backbone")
    x = backbone(x)
    y = L.GlobalAveragePooling2D()(x)
    z = L.GlobalMaxPooling2D()(x)
    y = L.Dense(5, activation="relu", name="wide")(y)
    y = L.Concatenate()([y, z])
    return keras.Model(inputs, L.Dense(3, activation="softmax", name="head")(y), name="nested")


def attention():
    inputs = keras.Input((6, 6, 2))
    x = L.Conv2D(4, 2, strides=2)(inputs)
    x = L.Reshape((9, 4))(x)
    y = L.LayerNormalization()(x)
    y = L.MultiHeadAttention(2, 3, name="heads")(y, y)
    x = L.Add()([x, y])
    rows = L.Dense(5)(x)
    y = L.MultiHeadAttention(1, 2, value_dim=3, use_bias=False, output_shape=6)(x, rows)
    y = L.GlobalAveragePooling1D()(y)
    return keras.Model(inputs, L.Dense(3, activation="softmax")(y), name="attention")


def dense():
    return keras.Sequential(
        [keras.Input((6,)), L.Dense(5, activation="tanh"), L.Dense(3, activation="softmax")], name="dense"
    )


OPTIMIZERS = {
    "adam-amsgrad": lambda: keras.optimizers.Adam(0.01, amsgrad=True),
    "adamw": lambda: keras.optimizers.AdamW(0.01, weight_decay=0.1),
    "adam-average": lambda: keras.optimizers.Adam(0.01, use_ema=True, ema_momentum=0.8),
    "sgd": lambda: keras.optimizers.SGD(0.05),
    "sgd-momentum": lambda: keras.optimizers.SGD(
        keras.optimizers.schedules.CosineDecay(0.1, 40), momentum=0.9, nesterov=True
    ),
    "rmsprop": lambda: keras.optimizers.RMSprop(0.01, rho=0.8, momentum=0.5, centered=True),
}


def labels(model, x):
    """Classes that can be learnt: by the sum of the first numbers of a sample."""
    sums = x.reshape(COUNT, -1)[:, :5].sum(1)
    return np.digitize(sums, np.quantile(sums, [1 / 3, 2 / 3]))


def trained(model, optimizer, epochs=2):
    x = drawn(model.input_shape[1:], 3)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, labels(model, x), batch_size=4, epochs=epochs, shuffle=False, verbose=0)
    return model


def case(name, model, steps=True):
    """What a model predicts now, and after twelve more steps."""
    x = drawn(model.input_shape[1:], 3)
    one = {"name": name, "shape": list(x.shape[1:]), "x": listed(x), "y": labels(model, x).tolist()}
    one["predictions"] = listed(model.predict(x, verbose=0))
    if steps:
        model.fit(x, labels(model, x), batch_size=4, epochs=3, shuffle=False, verbose=0)
        one["trained"] = listed(model.predict(x, verbose=0))
    return one


def rewritten(source, target, change):
    """A copy of an HDF5 file whose datasets are stored differently."""
    with h5py.File(path(source)) as a, h5py.File(path(target), "w") as b:

        def copy(name, item):
            if isinstance(item, h5py.Dataset):
                change(b, name, item[()])
            else:
                b.require_group(name)

        a.visititems(copy)


def stored(**options):
    def change(file, name, values):
        own = options if values.ndim > 0 else {}
        dtype = own.get("dtype", values.dtype)
        file.create_dataset(name, data=values.astype(dtype), **{**own, "dtype": dtype})

    return change


def keras2(source, target):
    """A whole model as Keras 2 writes it: names as bytes with `:0`, no modules, lists of names split where `split` says."""
    with h5py.File(path(source)) as a, h5py.File(path(target), "w") as b:
        config = {
            "name": "cnn",
            "layers": [
                {
                    "class_name": "Conv2D",
                    "config": {
                        "name": "conv2d_1",
                        "trainable": True,
                        "batch_input_shape": [None, 6, 6, 1],
                        "dtype": "float32",
                        "filters": 3,
                        "kernel_size": [3, 3],
                        "strides": [1, 1],
                        "padding": "same",
                        "data_format": "channels_last",
                        "dilation_rate": [1, 1],
                        "groups": 1,
                        "activation": "linear",
                        "use_bias": False,
                    },
                },
                {
                    "class_name": "BatchNormalization",
                    "config": {"name": "batch_normalization", "axis": [3], "momentum": 0.9, "epsilon": 0.001},
                },
                {"class_name": "ReLU", "config": {"name": "re_lu"}},
                {"class_name": "MaxPooling2D", "config": {"name": "max_pooling2d", "pool_size": [2, 2]}},
                {
                    "class_name": "Conv2D",
                    "config": {"name": "conv2d", "filters": 4, "kernel_size": [2, 2], "activation": "relu"},
                },
                {"class_name": "Flatten", "config": {"name": "flatten"}},
                {"class_name": "Dense", "config": {"name": "dense", "units": 3, "activation": "softmax"}},
            ],
        }
        b.attrs["keras_version"] = b"2.4.0"
        b.attrs["backend"] = b"tensorflow"
        b.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": config}).encode()
        b.attrs["training_config"] = json.dumps(
            {
                "loss": "sparse_categorical_crossentropy",
                "metrics": ["accuracy"],
                "weighted_metrics": None,
                "loss_weights": None,
                "optimizer_config": {
                    "class_name": "Adam",
                    "config": {
                        "name": "Adam",
                        "learning_rate": 0.001,
                        "decay": 0.0,
                        "beta_1": 0.9,
                        "beta_2": 0.999,
                        "epsilon": 1e-07,
                        "amsgrad": False,
                    },
                },
            }
        ).encode()
        weights = b.create_group("model_weights")
        names = [layer["config"]["name"] for layer in config["layers"]]
        half = len(names) // 2
        weights.attrs["layer_names0"] = np.array([n.encode() for n in names[:half]])
        weights.attrs["layer_names1"] = np.array([n.encode() for n in names[half:]])
        for name in names:
            group = weights.create_group(name)
            old = a["model_weights"][name]
            paths = [one.decode() if isinstance(one, bytes) else one for one in old.attrs["weight_names"]]
            own = [f"{name}/{one.rsplit('/', 1)[-1]}:0" for one in paths]
            if own:
                group.attrs["weight_names"] = np.array([one.encode() for one in own])
            for one, other in zip(paths, own):
                group[other] = old[one][()]


def by_backend(backend):
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import keras; keras.utils.set_random_seed(5)\n"
        "import importlib; k = importlib.import_module('keras-files')\n"
        "name = f'{keras.backend.backend()}.keras'\n"
        "m = k.trained(k.cnn(), keras.optimizers.Adam(0.01)); m.save(k.path(name))\n"
        "import json; print(json.dumps(k.case(name, m)))"
    )
    environment = {**os.environ, "KERAS_BACKEND": backend}
    result = subprocess.run(
        [sys.executable, "-c", code, os.path.dirname(__file__)],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(result.stdout.splitlines()[-1])


def attention_files():
    keras.utils.set_random_seed(2)
    model = trained(attention(), keras.optimizers.SGD(0.05, momentum=0.9))
    model.save(path("attention.keras"))
    model.save(path("attention.h5"))
    model.save_weights(path("attention.weights.h5"))
    return case("attention.keras", model)


def main():
    shutil.rmtree(FOLDER, ignore_errors=True)
    os.makedirs(FOLDER)
    keras.utils.set_random_seed(1)
    cases = []
    model = trained(cnn(), keras.optimizers.Adam(0.01))
    model.save(path("cnn.keras"))
    model.save(path("cnn.h5"))
    model.save_weights(path("cnn.weights.h5"))
    model.save_weights(path("shards.weights.json"), max_shard_size=700 / 1024**3)
    keras2("cnn.h5", "keras2.h5")
    rewritten("cnn.weights.h5", "gzip.weights.h5", stored(compression="gzip", shuffle=True, fletcher32=True))
    rewritten("cnn.weights.h5", "big-endian.weights.h5", stored(dtype=">f8"))
    rewritten("cnn.weights.h5", "lzf.weights.h5", stored(compression="lzf"))
    with zipfile.ZipFile(path("cnn.keras")) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path("deflated.keras"), "w", zipfile.ZIP_DEFLATED) as archive:
        for name in reversed(entries):
            archive.writestr(name, entries[name])
    cases.append(case("cnn.keras", model))
    model = trained(nested(), keras.optimizers.Adam(0.01))
    model.save(path("nested.keras"))
    model.save(path("nested.h5"))
    cases.append(case("nested.keras", model))
    for name, create in OPTIMIZERS.items():
        model = trained(dense(), create())
        model.save(path(f"{name}.keras"))
        cases.append(case(f"{name}.keras", model))
    for dtype in ["float16", "bfloat16"]:
        model = cnn(dtype)
        model.save(path(f"{dtype}.keras"))
        # In the weights' own precision, but computed in floats of 32 bits, as Heddle does.
        whole = cnn()
        whole.set_weights([np.asarray(keras.ops.cast(one, "float32")) for one in model.weights])
        cases.append(case(f"{dtype}.keras", whole, steps=False))
    cases.extend(by_backend(backend) for backend in ["torch", "jax"])
    cases.append(attention_files())
    head = json.dumps({"keras": keras.__version__})[:-1]
    lines = ",\n".join(json.dumps(one, separators=(",", ":")) for one in cases)
    with open(path("cases.json"), "w") as file:
        file.write(f'{head}, "cases": [\n{lines}\n]}}\n')
    print(sum(os.path.getsize(path(one)) for one in os.listdir(FOLDER)), "bytes in", len(os.listdir(FOLDER)), "files")


if __name__ == "__main__":
    main()
