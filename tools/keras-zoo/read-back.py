"""Reads what Heddle wrote of each model: prints a line of JSON for each file, with its number of parameters or the error.

usage: read-back.py FILE …
"""

import json
import os
import pathlib
import sys

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"

import keras

for file in sys.argv[1:]:
    try:
        model = keras.models.model_from_json(pathlib.Path(file).read_text())
        print(json.dumps({"file": file, "parameters": model.count_params()}), flush=True)
    except Exception as error:
        print(json.dumps({"file": file, "error": str(error)[:300]}), flush=True)
