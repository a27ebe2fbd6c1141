"""Images a second of the study's CNN in Keras on TensorFlow. Prints one line of JSON.

usage: python throughput.py BATCH THREADS
"""
import json
import os
import sys
import time

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
batch, threads = int(sys.argv[1]), int(sys.argv[2])

import tensorflow as tf

tf.config.threading.set_intra_op_parallelism_threads(threads)
tf.config.threading.set_inter_op_parallelism_threads(threads)
import keras
from workload import IMAGES, PASSES, pixels

x, y = pixels()
model = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        keras.layers.Conv2D(16, 3, activation="relu"),
        keras.layers.Conv2D(32, 3, activation="relu"),
        keras.layers.MaxPooling2D(2),
        keras.layers.Dropout(0.4),
        keras.layers.Flatten(),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
data = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(IMAGES).batch(batch).prefetch(2)
training, prediction = [], []
for _ in range(PASSES):
    start = time.perf_counter()
    model.fit(data, epochs=1, verbose=0)
    training.append(IMAGES / (time.perf_counter() - start))
for _ in range(PASSES):
    start = time.perf_counter()
    model.predict(x, batch_size=1000, verbose=0)
    prediction.append(IMAGES / (time.perf_counter() - start))
versions = {"keras": keras.__version__, "tensorflow": tf.__version__}
print(json.dumps({"system": "keras", "versions": versions, "threads": threads, "batchSize": batch,
                  "training": training, "prediction": prediction}))
