import { standaloneModule, standaloneOf, standalonePage } from "@heddle/core/internal/standalone/index.js";
import type { ModelFormat } from "../format.js";

/** Files that run by themselves are written, not read. */
const recognises = () => false;
const encoder = new TextEncoder();

/** A module of JavaScript that imports nothing, with its declarations. */
export const module: ModelFormat = {
  name: "mjs",
  title: "a JavaScript module that imports nothing (.mjs)",
  precisions: ["f16", "f32", "int8"],
  recognises,
  write: async (model, { name, weights }) => {
    const { mjs, dts } = standaloneModule(await standaloneOf(model, { weights }));
    return { [`${name}.mjs`]: encoder.encode(mjs), [`${name}.d.mts`]: encoder.encode(dts) };
  },
};

/** A page in one file, which opens from a disk. */
export const page: ModelFormat = {
  name: "html",
  title: "a page that opens from a disk (.html)",
  precisions: ["f16", "f32", "int8"],
  recognises,
  write: async (model, { name, weights }) => ({
    [`${name}.html`]: encoder.encode(await standalonePage(await standaloneOf(model, { weights }))),
  }),
};
