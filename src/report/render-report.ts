import { cloth } from "./cloth.js";
import { escapeHtml } from "./html.js";
import type { ReportData } from "./report-data.js";
import {
  configurationSection,
  datasetSection,
  headerOf,
  modelSection,
  reproductionSection,
  resultSection,
  trainingSection,
} from "./sections.js";
import { fontFaces, style } from "./style.js";

/**
 * A run as one HTML page that needs nothing beside it: no network, no script. Light and dark by the reader's
 * preference, readable on a phone and on paper.
 *
 * @example
 * await run.writeReport(renderReport({ title: "Fashion-MNIST", id: run.id, result }));
 */
export function renderReport(data: ReportData): string {
  const { dataset, model, training, result, configuration, command, weightsSha256 } = data;
  const sections = [
    dataset && datasetSection(dataset),
    model && modelSection(model),
    training && trainingSection(training),
    result && resultSection(result),
    configuration && configurationSection(configuration),
    command !== undefined && reproductionSection(command, weightsSha256),
  ];
  return [
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="generator" content="Heddle">',
    `<title>${escapeHtml(data.title)} · Heddle run ${escapeHtml(data.id)}</title>`,
    `<style>${fontFaces()}${style}</style>`,
    "</head>",
    "<body>",
    cloth(weightsSha256),
    '<div class="sheet">',
    headerOf(data),
    "<main>",
    ...sections.filter(Boolean),
    "</main>",
    "</div>",
    "</body>",
    "</html>",
    "",
  ].join("\n");
}
