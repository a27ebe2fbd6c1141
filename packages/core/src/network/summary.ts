import { formatTable, groupDigits } from "../base/format.js";
import { formatShape, type Shape, sizeOf } from "../base/shape.js";
import { macsOf } from "../compiler/graph.js";
import type { Weight } from "../ops/weight.js";
import { type PlacedLayer, placesByLayer } from "./build.js";

/** One row of a model's summary. */
export interface SummaryRow {
  readonly name: string;
  readonly className: string;
  readonly outputShape: Shape;
  readonly parameters: number;
  /** How many of them training changes. */
  readonly trainable: number;
  /** Multiply-adds of one sample's forward pass, over all calls. */
  readonly macs: number;
  /** How often the model uses the layer. */
  readonly calls: number;
}

/** A row for each layer of a model, with the output of its first call. */
export function summaryRows(placed: readonly PlacedLayer[]): SummaryRow[] {
  return [...placesByLayer(placed)].map(([layer, places]) => ({
    name: layer.name,
    className: layer.className,
    outputShape: placed[places[0]!]!.output,
    parameters: countOf(layer.weights),
    trainable: countOf(layer.weights.filter(({ trainable }) => trainable)),
    macs: places.reduce(
      (total, place) =>
        layer.lower(placed[place]!.inputShapes[0]!).reduce((sum, node) => sum + macsOf(node), total),
      0,
    ),
    calls: places.length,
  }));
}

function countOf(weights: readonly Weight[]): number {
  return weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

/** Keras's table, with the multiply-adds. */
export function formatSummary(modelName: string, rows: readonly SummaryRow[]): string {
  const parameters = rows.reduce((sum, row) => sum + row.parameters, 0);
  const trainable = rows.reduce((sum, row) => sum + row.trainable, 0);
  const parts: [what: string, count: number][] = [["Total", parameters]];
  if (trainable < parameters) parts.push(["Trainable", trainable], ["Non-trainable", parameters - trainable]);
  const macs = rows.reduce((sum, row) => sum + row.macs, 0);
  const table = formatTable(
    [
      ["Layer (type)", "Output shape", "Param #", "MACs"],
      ...rows.map((row) => [
        `${row.name} (${row.className})${row.calls > 1 ? ` ×${row.calls}, shared` : ""}`,
        formatShape(row.outputShape),
        groupDigits(row.parameters),
        groupDigits(row.macs),
      ]),
    ],
    [2, 3],
  );
  const [header, ...body] = table.split("\n");
  const rule = "─".repeat(Math.max(...table.split("\n").map((line) => line.length)));
  return [
    `Model: "${modelName}"`,
    rule,
    header,
    rule,
    ...body,
    rule,
    ...parts.map(
      ([what, count]) => `${what} params: ${groupDigits(count)} (${(count / 256).toFixed(2)} KiB)`,
    ),
    `Multiply-adds an image: ${groupDigits(macs)}`,
  ].join("\n");
}
