#!/usr/bin/env bash
# TensorFlow.js loads layers with options of Keras that it does not have, says nothing, and computes without them; an activation
# that it has and saves, it does not load.
#
# ReLU has only its maximum there: with a slope (negative_slope=0.5) a loaded model answers 0 for −2, not −1, and a threshold
# is not seen either. GlobalAveragePooling2D with keepdims loses the two axes of the image. Other unknown options are passed over
# in the same way, so that a converted model may load and be wrong. The other way round, `gelu_new` is saved under that name;
# loading turns words with underscores into camel case and looks for `geluNew`: "Unknown activation".
#
# Seen with @tensorflow/tfjs 4.22.0 on Node 20.20, Linux, as printed below.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "type": "module" }' > package.json
npm install --no-audit --no-fund --silent @tensorflow/tfjs@4.22.0

cat > load.js <<'JS'
import assert from "node:assert";
import * as tf from "@tensorflow/tfjs";

await tf.setBackend("cpu");

/** A model of one layer, saved, with further options as Keras writes them, and loaded again. */
async function loaded(layer, inputShape, options) {
  let artifacts;
  await tf.sequential({ layers: [tf.layers.inputLayer({ inputShape }), layer] }).save({
    save: async (all) => {
      artifacts = all;
      return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(all) };
    },
  });
  Object.assign(artifacts.modelTopology.config.layers[1].config, options);
  return tf.loadLayersModel(tf.io.fromMemory(artifacts));
}

const x = tf.tensor2d([[-2, 2]]);
const slope = await loaded(tf.layers.reLU(), [2], { negative_slope: 0.5 });
const threshold = await loaded(tf.layers.reLU(), [2], { threshold: 3 });
const kept = await loaded(tf.layers.globalAveragePooling2d({}), [2, 2, 3], { keepdims: true });
const seen = {
  "ReLU(negative_slope=0.5) of -2 and 2": [...(await slope.predict(x).data())].map(Math.abs).join(" "),
  "ReLU(threshold=3) of -2 and 2": [...(await threshold.predict(x).data())].map(Math.abs).join(" "),
  "shape of GlobalAveragePooling2D(keepdims=True)": JSON.stringify(kept.outputs[0].shape),
  gelu_new: await loaded(tf.layers.activation({ activation: "gelu_new" }), [2], {}).then(
    () => "loaded",
    ({ message }) => message.split(".")[0],
  ),
};
console.log("tfjs", tf.version.tfjs);
for (const [name, text] of Object.entries(seen)) console.log(`${name}: ${text}`);
assert.deepEqual(Object.values(seen), ["0 2", "0 2", "[null,3]", "Unknown activation: geluNew"]);
JS
node load.js 2>/dev/null | grep -v '^$' | grep -v '^===\|Hi, looks like'
