#!/usr/bin/env bash
# The layers Resizing and CenterCrop of TensorFlow.js can be put into a model, but no model with them predicts; called alone,
# they compute something else than the layers of these names in Keras.
#
# A model passes a layer's inputs as a list. Resizing takes the list for an image: "x must be rank 3 or 4, but got rank 1". It
# also declares an output shape without the batch. CenterCrop writes its output's size into the list that is the input's shape,
# after which the model refuses images of the size that it was built for. Alone, Resizing aligns corners (0 1 2 3 becomes 0 3;
# Keras takes the middles of pixels: 0.5 2.5), and CenterCrop leaves out the first column where one of them has to go (Keras the
# last one). So a Keras model with a Resizing layer cannot be converted to a layers model at all.
#
# Seen with @tensorflow/tfjs 4.22.0 on Node 20.20 and keras 3.15.1, tensorflow-cpu 2.21.0 on Linux, as printed below.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "type": "module" }' > package.json
npm install --no-audit --no-fund --silent @tensorflow/tfjs@4.22.0

cat > layers.js <<'JS'
import assert from "node:assert";
import * as tf from "@tensorflow/tfjs";

await tf.setBackend("cpu");
const seen = {};
const cases = {
  resizing: [() => tf.layers.resizing({ height: 1, width: 2 }), [1, 4, 1]],
  "center crop": [() => tf.layers.centerCrop({ height: 1, width: 3 }), [1, 4, 1]],
};
for (const [name, [make, inputShape]] of Object.entries(cases)) {
  const x = tf.range(0, 4).reshape([1, ...inputShape]);
  seen[`${name}, alone`] = [...(await make().apply(x).data())].join(" ");
  const model = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape }), make()] });
  try {
    seen[`${name}, in a model`] = [...(await model.predict(x).data())].join(" ");
  } catch ({ message }) {
    seen[`${name}, in a model`] = message.split("\n")[0];
  }
}
console.log("tfjs", tf.version.tfjs);
for (const [name, text] of Object.entries(seen)) console.log(`${name}: ${text}`);
assert.equal(seen["resizing, alone"], "0 3");
assert.match(seen["resizing, in a model"], /x must be rank 3 or 4, but got rank 1/);
assert.equal(seen["center crop, alone"], "1 2 3");
assert.match(seen["center crop, in a model"], /expected .* to have shape \[null,1,3,1\] but got array with shape \[1,1,4,1\]/);
JS
node layers.js 2>/dev/null | grep -v '^$' | grep -v '^===\|Hi, looks like'

python3 -m venv venv
venv/bin/pip install --quiet keras==3.15.1 tensorflow-cpu==2.21.0
cat > layers.py <<'PY'
import keras
import numpy as np

x = np.arange(4, dtype="float32").reshape(1, 1, 4, 1)
seen = {
    "resizing": keras.layers.Resizing(1, 2)(x),
    "center crop": keras.layers.CenterCrop(1, 3)(x),
}
seen = {name: " ".join(f"{value:g}" for value in np.array(y).ravel()) for name, y in seen.items()}
print("keras", keras.__version__)
for name, text in seen.items():
    print(f"{name}: {text}")
assert seen == {"resizing": "0.5 2.5", "center crop": "0 1 2"}
PY
KERAS_BACKEND=tensorflow TF_CPP_MIN_LOG_LEVEL=3 venv/bin/python layers.py 2>/dev/null
