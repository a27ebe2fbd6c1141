import {
  aFunction,
  boolean,
  type Case,
  checksItsOptions,
  none,
  object,
  text,
  wholeFrom,
} from "@heddle/core/internal/base/option-types.testing.js";
import { expect, it } from "vitest";
import { loadDataset, loadSplits, readIdxFolder } from "./index.js";

const list = (value: unknown) => Array.isArray(value);
const NOWHERE = "/nowhere/at/all";

const channels = (value: unknown) => [1, 2, 3, 4].some((count) => count === value);

const loading = {
  dataDir: text,
  offline: boolean,
  cacheDir: text,
  env: object,
  onProgress: aFunction,
  onWarning: aFunction,
  signal: none,
  patience: object,
  entries: list,
  missing: none,
  size: none,
  bitDepth: none,
  shape: none,
  transpose: boolean,
  channels,
  range: none,
  labels: none,
  classOrder: none,
  sketch: object,
  holdOut: object,
  limit: wholeFrom(1),
  onReading: aFunction,
  readAs: object,
};

const cases: readonly Case[] = [
  ["loadDataset", (o) => loadDataset(NOWHERE, o), {}, loading],
  ["loadSplits", (o) => loadSplits(NOWHERE, o), {}, loading],
  [
    "readIdxFolder",
    (o) => readIdxFolder(NOWHERE, o),
    {},
    {
      entries: list,
      channels,
      range: none,
      transpose: boolean,
      onWarning: aFunction,
      signal: none,
      archive: object,
    },
  ],
];

checksItsOptions(cases, false);

it.each([
  [
    loadDataset,
    { sketch: { trian: 1 } },
    'loadDataset, sketch: expected options that it has, received "trian".',
  ],
  [loadDataset, { sketch: { train: "1" } }, "loadDataset, sketch: expected train to be a whole number"],
  [
    loadDataset,
    { readAs: { szie: [2, 2] } },
    'loadDataset, readAs: expected options that it has, received "szie".',
  ],
  [
    loadSplits,
    { readAs: { missing: 1 } },
    'loadSplits, readAs: expected missing to be "error", "drop" or "zero", received 1.',
  ],
  [loadSplits, { limt: 1 }, 'loadSplits: expected options that it has, received "limt".'],
  [readIdxFolder, { limit: 1 }, 'readIdxFolder: expected options that it has, received "limit".'],
])("%o refuses %j by its name", async (load, options, message) => {
  await expect(load(NOWHERE, options as never)).rejects.toThrow(message);
});
