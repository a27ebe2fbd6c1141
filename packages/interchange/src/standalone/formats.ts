import type { Model } from "@heddle/core";
import {
  countChanges,
  type Standalone,
  standaloneModule,
  standaloneOf,
  standalonePage,
} from "@heddle/core/internal/standalone/index.js";
import { checkChanged } from "../changes.js";
import type { ModelFormat, WriteContext } from "../format.js";

/** Files that run by themselves are written, not read. */
const recognises = () => false;
const encoder = new TextEncoder();

/** A module of JavaScript that imports nothing, with its declarations. */
export const module: ModelFormat = {
  name: "mjs",
  title: "a JavaScript module that imports nothing (.mjs)",
  precisions: ["f16", "f32", "int8"],
  takesWasm: true,
  recognises,
  write: async (model, context) => {
    const { name } = context;
    const { mjs, dts } = standaloneModule(await measured(model, context));
    return { [`${name}.mjs`]: encoder.encode(mjs), [`${name}.d.mts`]: encoder.encode(dts) };
  },
};

/** A page in one file, which opens from a disk. */
export const page: ModelFormat = {
  name: "html",
  title: "a page that opens from a disk (.html)",
  precisions: ["f16", "f32", "int8"],
  recognises,
  write: async (model, context) => ({
    [`${context.name}.html`]: encoder.encode(await standalonePage(await measured(model, context))),
  }),
};

/** A standalone model, whose receipt says how many answers its rounding changes if that was asked for. */
async function measured(model: Model, { weights, wasm, changes }: WriteContext): Promise<Standalone> {
  const standalone = await standaloneOf(model, { weights, wasm });
  if (!changes) return standalone;
  const changed = await countChanges(model, standalone, changes.images);
  checkChanged(`Model "${model.name}"`, weights, changed, changes);
  const { receipt } = standalone.model;
  return { ...standalone, model: { ...standalone.model, receipt: { ...receipt, changed } } };
}
