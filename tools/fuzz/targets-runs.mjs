// The files of run folders and of studies.

import { HeddleError } from "../../packages/core/dist/base/errors.js";
import { formatHistory, parseHistory } from "../../packages/core/dist/records/history-csv.js";
import { parseMetrics } from "../../packages/core/dist/records/metrics-record.js";
import { slug } from "../../packages/core/dist/records/run-ids.js";
import { parseRunRecord } from "../../packages/core/dist/records/run-record.js";
import { runRecord } from "../../packages/core/dist/records/run-record.testing.js";
import { formatTagChange, parseTags } from "../../packages/core/dist/records/run-tags.js";
import {
  parseRegularizationRecord,
  parseTestRecord,
} from "../../packages/heddle/dist/jobs/regularization/records.js";
import { parseKeptTraining } from "../../packages/heddle/dist/jobs/sweep/kept-training.js";
import { parseDataRecord } from "../../packages/heddle/dist/runs/data-record.js";
import { evaluationJson, parseEvaluation } from "../../packages/heddle/dist/runs/evaluation-record.js";
import { isPlainDrawing } from "../../packages/heddle/dist/runs/kept-figure.js";
import { formatLook, parseLooks } from "../../packages/heddle/dist/runs/test-looks.js";
import { asText, bytesOf, check, fingerprint, refusedBefore } from "./check.mjs";

/** Damaged lines are skipped with a warning; here they count as refused. */
function refuseDamaged(message) {
  throw new HeddleError(message);
}

const sha256 = "0123456789abcdef".repeat(4);
const machine = { platform: "linux", architecture: "x64", cpu: "a", cores: 2, memoryBytes: 2 ** 33 };
const versions = { heddle: "0.1.0", node: "20.20.2" };
const startedAt = "2026-03-04T15:30:12.000Z";
const measured = { accuracy: 0.9, loss: null };

const run = {
  ...runRecord({ id: "2026-03-04-153012-a", status: "finished", command: "heddle study a" }),
  dataset: {
    ...{ name: "a", title: "A", classNames: ["Trouser", "Bag"] },
    source: {
      ...{ kind: "files", path: "data", form: "csv", options: { missing: "drop", shape: [2, 2, 1] } },
      dropped: {
        read: 5,
        zeroed: 0,
        dropped: 1,
        byReason: { "missing value": 1 },
        byClass: { constructor: 1 },
      },
      ...{ split: { fraction: 0.2, seed: 1 }, files: [{ name: "a.csv", bytes: 12, sha256 }] },
    },
    ...{ trainImages: 4, testSha256: sha256 },
  },
  ...{ finishedAt: startedAt, timeSeconds: { data: 0.5, training: 100 }, weightsSha256: sha256 },
};
const metrics = {
  ...{ dataset: { name: "a" }, train: { accuracy: 0.96, loss: 0.11, runningAccuracy: 0.947 } },
  ...{
    test: { accuracy: 0.927, loss: null },
    throughput: { trainImagesPerSecond: 4500, predictImagesPerSecond: 15000 },
  },
  ...{ timeSeconds: { total: 210 }, weights: { sha256 }, engine: { variant: "strict", threads: 2 } },
};
const split = {
  ...{
    images: 4,
    shape: [2, 2, 1],
    elementType: "uint8",
    minimum: 0,
    maximum: 255,
    mean: 5.5,
    standardDeviation: 1,
  },
  perClass: [2, 2],
};
const none = { count: 0, conflicting: 0, examples: [] };
const data = {
  ...{
    name: "a",
    title: "A",
    classNames: ["Trouser", "Bag"],
    train: split,
    test: split,
    validationImages: 0,
  },
  duplicates: {
    withinTrain: { count: 1, conflicting: 0, examples: [[0, 1]] },
    withinTest: none,
    betweenSplits: none,
  },
};
const merit = { support: 2, predicted: 2, precision: 0.5, recall: 0.5, f1: null };
const bins = [{ low: 0, high: 1, images: 4, confidence: 0.5, accuracy: null }];
const evaluation = {
  ...{ images: 4, classNames: ["Trouser", "Bag"], loss: 0.5, topK: [{ k: 1, accuracy: 0.5 }] },
  accuracy: { value: 0.5, correct: 2, interval: { level: 0.95, low: 0.1, high: 0.9 } },
  perClass: ["Trouser", "Bag"].map((name) => ({ name, ...merit })),
  macro: { precision: 0.5, recall: 0.5, f1: 0.5, classes: 2 },
  confusion: {
    counts: [
      [1, 1],
      [1, 1],
    ],
    rates: [
      [0.5, 0.5],
      [0.5, 0.5],
    ],
  },
  confusedPairs: [
    { truth: 0, predicted: 1, count: 1, rate: 0.5, examples: [{ image: 3, probability: 0.9 }] },
  ],
  topLosses: [{ image: 1, truth: 0, predicted: 1, probability: 0.9, truthProbability: 0.1, loss: 2.3 }],
  calibration: { bins: 1, ece: 0.1, table: bins, temperature: null },
  ...{ coverage: [{ coverage: 1, threshold: 0, accuracy: 0.5 }], auc: { macro: 0.5, perClass: [0.5, null] } },
};
const judged = { dataset: { name: "a" }, split: "test" };

const drawing =
  '<svg width="9" height="9" xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9" fill="#fff"/><g>' +
  '<image width="4" height="4" href="data:image/png;base64,iVBORw0KGgo="/><text x="1" y="2">Bag &amp; more</text></g></svg>';
/** Whatever makes a drawing act or load something: none of it may be accepted, however it is spelt. */
const ACTS =
  /<\s*(script|foreignobject|style|animate|set|a|use|iframe|object|embed|link)\b|\son\w+\s*=|javascript:|url\s*\(/i;

const study = {
  ...{ formatVersion: 2, study: "regularization", command: "heddle study regularization" },
  ...{ startedAt, versions, machine, request: { seeds: "3" } },
  ...{ dataset: { name: "clothes", title: "Clothes" }, images: { train: 500, validation: 100, test: 100 } },
};
const training = {
  ...{ formatVersion: 1, parameters: 50890, epoch: 1, validation: measured, weightsSha256: sha256 },
  history: [{ epoch: 1, loss: 0.5, accuracy: 0.8, valLoss: null, valAccuracy: 0.8, seconds: 4 }],
  engine: { variant: "strict", threads: 2 },
};
const test = {
  ...{ formatVersion: 2, lookedAt: startedAt },
  results: { "12-42": { train: measured, test: measured } },
};

const epochs = [
  {
    epoch: 1,
    loss: 0.5,
    accuracy: 0.8,
    valLoss: 0.4,
    valAccuracy: 0.85,
    learningRate: 1e-3,
    seconds: 3,
    imagesPerSecond: 900.5,
  },
  { epoch: 2, loss: Number.NaN, accuracy: 0.1, learningRate: 1e-9, seconds: 3, imagesPerSecond: 1e21 },
];

/**
 * A target for a JSON file: what is accepted is the same when it is written and read again.
 *
 * @param {string} name
 * @param {string} what
 * @param {(file: string, text: string) => unknown} parse
 * @param {...unknown} corpus
 * @returns {import("./targets.mjs").Target}
 */
function jsonFile(name, what, parse, ...corpus) {
  return {
    ...{ name, what, redundancy: "rules", json: true },
    corpus: () => corpus.map((value) => bytesOf(JSON.stringify(value))),
    tokens: [
      "finished",
      "running",
      "files",
      "generated",
      "strict",
      "2026-03-04T15:30:12.000Z",
      sha256,
      "csv",
      "../outside",
    ],
    parse: (bytes) =>
      asText(bytes, (text) => {
        const read = parse("a.json", text);
        const written = JSON.stringify(read);
        check(
          JSON.stringify(parse("a.json", written)) === written,
          "what was read to be written and read again",
        );
        return fingerprint(written);
      }),
  };
}

/** As it is written again: a confusion is read as more than that. */
function readEvaluation(file, text) {
  const read = parseEvaluation(file, text);
  return read.evaluation === null ? read : { ...read, evaluation: evaluationJson(read.evaluation) };
}

/** @type {readonly import("./targets.mjs").Target[]} */
export const runTargets = [
  jsonFile("run", "run.json", readRun, run, {
    ...run,
    status: "running",
    finishedAt: undefined,
    weightsSha256: undefined,
  }),
  jsonFile("metrics", "metrics.json", parseMetrics, metrics),
  {
    name: "history",
    what: "history.csv",
    redundancy: "rules",
    corpus: () => [bytesOf(formatHistory(epochs)), bytesOf(formatHistory(epochs.slice(0, 1)))],
    tokens: ["NaN", "-Infinity", "1e+999", ",", "\n", "\r\n", "epoch", "-0", "1e-7", "__proto__"],
    parse: (bytes) =>
      asText(bytes, (text) => {
        const written = formatHistory(parseHistory("history.csv", text));
        check(
          formatHistory(parseHistory("history.csv", written)) === written,
          "what was read to be written and read again",
        );
        return fingerprint(written);
      }),
  },
  {
    name: "test-looks",
    what: "test-looks.jsonl",
    redundancy: "rules",
    corpus: () => [
      bytesOf(
        formatLook({ at: startedAt, reason: "evaluate" }) +
          formatLook({ at: startedAt, reason: "validation" }),
      ),
    ],
    tokens: ["\n", "{}", "validation", "end of training", startedAt],
    parse: (bytes) =>
      asText(bytes, (text) => fingerprint(parseLooks("test-looks.jsonl", text, refuseDamaged))),
  },
  {
    name: "labels",
    what: "labels.jsonl",
    redundancy: "rules",
    corpus: () => [
      bytesOf(
        [{ tag: "wide" }, { name: "first try" }]
          .map((of) => formatTagChange({ at: startedAt, ...of }))
          .join(""),
      ),
    ],
    tokens: ["\n", "{}", '"untag":', '"name":null', "../", "\u001b[2J", "__proto__", startedAt],
    parse: (bytes) =>
      asText(bytes, (text) => {
        const { name, tags } = parseTags("labels.jsonl", text, refuseDamaged);
        for (const label of name === null ? tags : [name, ...tags])
          check(!/[/\\\n]|^\./.test(label), "labels that are not paths");
        return fingerprint(name, tags);
      }),
  },
  jsonFile("data", "dataset.json", parseDataRecord, data),
  jsonFile(
    "evaluation",
    "evaluation.json",
    readEvaluation,
    { ...judged, evaluation },
    { ...judged, evaluation: null, reason: "a" },
  ),
  {
    name: "drawing",
    what: "figures/*.svg, shown again in a report",
    redundancy: "rules",
    corpus: () => [bytesOf(drawing)],
    tokens: [
      "<script>",
      "<script",
      ' onload="a"',
      '<a href="javascript:a">',
      "<foreignObject>",
      "<style>",
      "url(a)",
      "<!--",
    ].concat([
      ...[
        "]]>",
        "<![CDATA[",
        "&#106;",
        'href="javascript:a"',
        "</svg>",
        "<set ",
        "<use ",
        '"',
        "'",
        ">",
        "/>",
        "<image",
      ],
    ]),
    parse: (bytes) =>
      asText(bytes, (text) => {
        if (!isPlainDrawing(text)) return refusedBefore;
        // Between tags is text, and a PNG is a picture whatever its bytes spell: neither acts.
        const pictures = /href="data:image\/png;base64,[^"]*"/gi;
        const tags = text.replace(/>[^<]*/g, ">").replace(pictures, "");
        check(!ACTS.test(tags), "a drawing that does not act");
        return "plain";
      }),
  },
  jsonFile("study", "study.json", parseRegularizationRecord, study),
  jsonFile("training", "trainings/NAME.json", parseKeptTraining, training),
  jsonFile("study-test", "test.json", parseTestRecord, test),
];

/** A run, with a folder name made from its dataset's name. @param {string} file @param {string} text */
function readRun(file, text) {
  const record = parseRunRecord(file, text);
  check(/^[a-z0-9-]{0,60}$/.test(slug(record.dataset.name)), "a name that is safe in a path");
  return record;
}
