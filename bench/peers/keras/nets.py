"""Images a second of one of the six nets of bench/nets.mjs in Keras on TensorFlow. Prints one line of JSON.

usage: python nets.py NET BATCH THREADS
"""
import json
import os
import sys
import time

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
net, batch, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

import tensorflow as tf

tf.config.threading.set_intra_op_parallelism_threads(threads)
tf.config.threading.set_inter_op_parallelism_threads(threads)
import keras
from keras import layers as L
from workload import PASSES, images_for


def normalized(x, layer):
    return L.Activation("relu")(L.BatchNormalization()(layer(x)))


def study(x):
    x = L.Conv2D(32, 3, activation="relu")(L.Conv2D(16, 3, activation="relu")(x))
    return L.Flatten()(L.Dropout(0.4)(L.MaxPooling2D(2)(x)))


def mlp(x):
    return L.Dense(128, activation="relu")(L.Dense(512, activation="relu")(L.Flatten()(x)))


def lenet5(x):
    x = L.AveragePooling2D(2)(L.Conv2D(6, 5, padding="same", activation="tanh")(x))
    x = L.AveragePooling2D(2)(L.Conv2D(16, 5, activation="tanh")(x))
    return L.Dense(84, activation="tanh")(L.Dense(120, activation="tanh")(L.Flatten()(x)))


def mobilenet(x):
    plain = {"padding": "same", "use_bias": False}
    x = normalized(x, L.Conv2D(16, 3, **plain))
    for filters, strides in [(32, 1), (64, 2), (64, 1), (128, 2)]:
        x = normalized(x, L.DepthwiseConv2D(3, strides=strides, **plain))
        x = normalized(x, L.Conv2D(filters, 1, **plain))
    return L.Dropout(0.2)(L.GlobalAveragePooling2D()(x))


def resnet(x):
    def conv(y, filters, size):
        return L.BatchNormalization()(L.Conv2D(filters, size, padding="same", use_bias=False)(y))

    def block(y, filters):
        shortcut = y if y.shape[-1] == filters else conv(y, filters, 1)
        inner = conv(L.Activation("relu")(conv(y, filters, 3)), filters, 3)
        return L.Activation("relu")(L.Add()([inner, shortcut]))

    x = block(L.Activation("relu")(conv(x, 32, 3)), 32)
    x = block(L.MaxPooling2D(2)(x), 64)
    x = block(L.MaxPooling2D(2)(x), 128)
    return L.GlobalAveragePooling2D()(x)


def vgg(x):
    for filters in (32, 64, 128):
        for _ in range(2):
            x = L.Conv2D(filters, 3, padding="same", activation="relu")(x)
        x = L.MaxPooling2D(2)(x)
    x = L.Conv2D(128, 3, padding="same", activation="relu")(x)
    return L.Dropout(0.5)(L.Flatten()(x))


builders = {"study-cnn": study, "mlp": mlp, "lenet5": lenet5, "mobilenet": mobilenet, "resnet": resnet, "vgg": vgg}
x, y = images_for(net)
count = len(x)
inputs = keras.Input(x.shape[1:])
model = keras.Model(inputs, L.Dense(10, activation="softmax")(builders[net](inputs)))
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
data = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(count).batch(batch).prefetch(2)
training, prediction = [], []
for _ in range(PASSES):
    start = time.perf_counter()
    model.fit(data, epochs=1, verbose=0)
    training.append(count / (time.perf_counter() - start))
for _ in range(PASSES):
    start = time.perf_counter()
    model.predict(x, batch_size=1000, verbose=0)
    prediction.append(count / (time.perf_counter() - start))
versions = {"keras": keras.__version__, "tensorflow": tf.__version__}
print(json.dumps({"net": net, "versions": versions, "threads": threads, "batchSize": batch,
                  "training": training, "prediction": prediction}))
