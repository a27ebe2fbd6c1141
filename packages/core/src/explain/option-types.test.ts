import {
  aFunction,
  type Case,
  checksItsOptions,
  none,
  text,
  wholeFrom,
} from "../base/option-types.testing.js";
import { embed, featureMaps, gradCam, nearestNeighbours, occlusion } from "./index.js";

const nothing = {} as never;

const cases: readonly Case[] = [
  ["gradCam", (o) => gradCam(nothing, nothing, [], o), {}, { layer: text, signal: none }],
  [
    "occlusion",
    (o) => occlusion(nothing, nothing, o),
    {},
    { patch: wholeFrom(1), stride: wholeFrom(1), label: wholeFrom(0), signal: none },
  ],
  ["featureMaps", (o) => featureMaps(nothing, nothing, o), {}, { signal: none }],
  [
    "embed",
    (o) => embed(nothing, nothing, o),
    {},
    {
      layer: text,
      neighbours: wholeFrom(1),
      seed: wholeFrom(0),
      threads: wholeFrom(1),
      signal: none,
      onProgress: aFunction,
    },
  ],
  [
    "nearestNeighbours",
    (o) => nearestNeighbours(new Float32Array(), 4, 1, o),
    {},
    { threads: wholeFrom(1), signal: none, onProgress: aFunction },
  ],
];

checksItsOptions(cases, false);
