import { type Case, checksItsOptions, none, wholeFrom } from "../base/option-types.testing.js";
import * as figures from "./index.js";

const aText = (value: unknown) => typeof value === "string";
const texts = (value: unknown) => Array.isArray(value) && !value.includes(1);
const numbers = (value: unknown) => Array.isArray(value) && !value.includes("x");
const picture = { images: new Uint8Array(4), labels: new Uint8Array(1), count: 1, shape: [2, 2, 1] as const };
const words = { name: "a", title: "b", subtitle: "c", axis: "d", format: String };
const textual = { name: aText, title: aText, subtitle: aText };

const cases: readonly Case[] = [
  [
    "accuracyByEpoch",
    (o) => figures.accuracyByEpoch({ epochs: [] }, o),
    {},
    { validationName: none, dataset: aText },
  ],
  [
    "lossByEpoch",
    (o) => figures.lossByEpoch({ epochs: [] }, o),
    {},
    { validationName: none, dataset: aText },
  ],
  ["confusionMatrix", (o) => figures.confusionMatrix([[1]], ["a"], o), {}, { title: aText, show: none }],
  [
    "classBalance",
    (o) => figures.classBalance([{ split: "a", perClass: [1] }], ["a"], o),
    {},
    { dataset: aText },
  ],
  ["classScoresChart", (o) => figures.classScoresChart([], o), {}, { subject: aText }],
  ["coverageCurve", (o) => figures.coverageCurve([], o), {}, { subject: aText }],
  [
    "reliabilityDiagram",
    (o) => figures.reliabilityDiagram({ table: [] } as never, o),
    {},
    { subject: aText },
  ],
  [
    "topLossesGrid",
    (o) => figures.topLossesGrid(picture, { topLosses: [] } as never, o),
    {},
    { subject: aText },
  ],
  [
    "confusedPairsGrid",
    (o) => figures.confusedPairsGrid(picture, { confusedPairs: [] } as never, o),
    {},
    { subject: aText },
  ],
  [
    "imageGrid",
    (o) => figures.imageGrid(picture, o),
    { ...words, columns: 1, subtitle: undefined, axis: undefined, format: undefined },
    { name: aText, title: aText, columns: wholeFrom(1), labels: texts, tone: none },
  ],
  [
    "imageCards",
    (o) => figures.imageCards(picture, [], o),
    { name: "a", title: "b", columns: 1 },
    { name: aText, title: aText, columns: wholeFrom(1), tone: none },
  ],
  [
    "intervalPlot",
    (o) => figures.intervalPlot([], o),
    words,
    { ...textual, axis: aText, rule: Number.isFinite, limits: none },
  ],
  ["overlaidCurves", (o) => figures.overlaidCurves([], o), words, { ...textual, axis: aText }],
  [
    "overlayGrid",
    (o) => figures.overlayGrid([], o),
    { name: "a", title: "b", subtitle: "c", shape: [2, 2, 1] },
    { ...textual, shape: none, columns: wholeFrom(1), side: wholeFrom(1), across: wholeFrom(1) },
  ],
  [
    "tileSheet",
    (o) => figures.tileSheet({ values: new Float32Array(1), count: 1, height: 1, width: 1 } as never, o),
    { name: "a", title: "b", subtitle: "c", columns: 1, quantity: "d" },
    { ...textual, columns: wholeFrom(1), quantity: aText },
  ],
  [
    "pixelHistogram",
    (o) => figures.pixelHistogram([], o),
    { name: "a", title: "b", range: [0, 1] },
    { name: aText, title: aText, range: none },
  ],
  [
    "embeddingMap",
    (o) => figures.embeddingMap(new Float32Array(2), o),
    { title: "a", subtitle: "b", classNames: [], labels: [1], predicted: [1] },
    { title: aText, subtitle: aText, classNames: texts, labels: numbers, predicted: numbers },
  ],
  ["learningRateCurve", (o) => figures.learningRateCurve({ points: [] } as never, o), {}, { title: aText }],
];

checksItsOptions(cases, false);
