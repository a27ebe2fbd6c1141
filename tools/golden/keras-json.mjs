// Writes models as Heddle writes them, for real Keras to read: tests/golden/keras-json/NAME.json and NAME.safetensors.
//
//     npm run build && node tools/golden/keras-json.mjs
//
// tools/golden/keras-json.py then reads them in Keras.
import { mkdirSync, writeFileSync } from "node:fs";
import { kerasModels } from "../../packages/core/dist/model/keras-models.testing.js";
import { weightsFile } from "../../packages/core/dist/network/weights-file.js";

const folder = new URL("../../tests/golden/keras-json/", import.meta.url);
mkdirSync(folder, { recursive: true });
for (const model of kerasModels()) {
  writeFileSync(new URL(`${model.name}.json`, folder), `${JSON.stringify(model.toJson())}\n`);
  writeFileSync(new URL(`${model.name}.safetensors`, folder), weightsFile(model.weights));
  console.log(`${model.name}: ${model.layers.length} layers, ${model.parameters} parameters`);
}
