"""Real Keras opens the archives that Heddle wrote, predicts, trains two epochs more, and writes them again.

Called by tools/interchange/keras.mjs: in_keras.py FOLDER BATCH
"""

import os
import sys
import warnings

import keras
import numpy as np

folder, batch = sys.argv[1], int(sys.argv[2])


def path(name):
    return os.path.join(folder, name)


# A warning would be that something of the file is not used, such as the optimizer's state.
warnings.simplefilter("error", UserWarning)
names = sorted((one[: -len(".keras")] for one in os.listdir(folder) if one.endswith(".keras")), key=int)
for name in names:
    model = keras.saving.load_model(path(f"{name}.keras"))
    x = np.fromfile(path(f"{name}.x"), "<f4").reshape(-1, *model.input_shape[1:])
    y = np.fromfile(path(f"{name}.y"), "<i4")
    model.save(path(f"{name}-same.keras"))
    model.predict(x, batch_size=16, verbose=0).astype("<f4").tofile(path(f"{name}.now"))
    model.fit(x, y, batch_size=batch, epochs=2, shuffle=False, verbose=0)
    model.predict(x, batch_size=16, verbose=0).astype("<f4").tofile(path(f"{name}.later"))
    model.save(path(f"{name}-trained.keras"))
