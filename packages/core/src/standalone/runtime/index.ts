// What a standalone model runs. tools/bundle-sources.mjs makes one text of it, which imports nothing.

export { fromBase64 } from "../../base/base64.js";
export { classifier } from "./classifier.js";
