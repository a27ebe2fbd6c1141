import {
  aFunction,
  boolean,
  type Case,
  checksItsOptions,
  none,
  share,
  wholeFrom,
} from "../base/option-types.testing.js";
import { evaluateClassifier } from "../evaluate/index.js";
import {
  datasetFromIdx,
  findNearDuplicates,
  generateFashionSketch,
  readCsv,
  readNpz,
  toClasses,
} from "./index.js";

const aText = (value: unknown) => typeof value === "string";
const object = (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value);
const column = (value: unknown) => (typeof value === "string" ? value !== "" : wholeFrom(1)(value));
const names = (value: unknown) => Array.isArray(value) && !value.includes(1);

const channels = (value: unknown) => [1, 2, 3, 4].some((count) => count === value);

const cases: readonly Case[] = [
  [
    "generateFashionSketch",
    (o) => generateFashionSketch(o),
    {},
    { train: wholeFrom(1), test: wholeFrom(1), seed: wholeFrom(0) },
  ],
  [
    "readCsv",
    (o) => readCsv(new Uint8Array(), o),
    {},
    {
      name: aText,
      file: aText,
      labelColumn: column,
      dropColumns: (value) => Array.isArray(value) && value.every(column),
      labels: none,
      unlabelled: boolean,
      missing: none,
      shape: none,
    },
  ],
  [
    "readNpz",
    (o) => readNpz(new Uint8Array(), o),
    {},
    { name: aText, missing: none, shape: none, signal: none },
  ],
  [
    "datasetFromIdx",
    (o) => datasetFromIdx({} as never, o),
    { name: "a", title: "b", source: {} },
    {
      name: aText,
      title: aText,
      source: object,
      classNames: names,
      transposed: boolean,
      channels,
      onWarning: aFunction,
    },
  ],
  [
    "toClasses",
    (o) => toClasses({} as never, o),
    {},
    { classNames: names, classOrder: none, channels, onWarning: aFunction },
  ],
  [
    "findNearDuplicates",
    (o) => findNearDuplicates([], o),
    {},
    { maxDistance: share, maxPairs: wholeFrom(1), signal: none, onProgress: aFunction },
  ],
  [
    "evaluateClassifier",
    (o) => evaluateClassifier({} as never, o),
    {},
    { fitTemperatureOn: object, topLosses: wholeFrom(0), confusedPairs: wholeFrom(0) },
  ],
];

checksItsOptions(cases, false);
