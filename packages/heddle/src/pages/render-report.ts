import { pageOf } from "./page.js";
import type { ReportData } from "./page-data.js";
import {
  configurationSection,
  datasetSection,
  evaluationSection,
  modelSection,
  reproductionSection,
  resultSection,
  trainingSection,
} from "./sections.js";

/**
 * A run as one HTML page.
 *
 * @example
 * await run.writeReport(renderReport({ title: "Fashion-MNIST", id: run.id, result }));
 */
export function renderReport(data: ReportData): string {
  const { dataset, model, training, result, evaluation, configuration, command, weightsSha256 } = data;
  const sections = [
    dataset && datasetSection(dataset),
    model && modelSection(model),
    training && trainingSection(training),
    result && resultSection(result),
    evaluation && evaluationSection(evaluation),
    configuration && configurationSection(configuration),
    command === undefined ? undefined : reproductionSection(command, weightsSha256),
  ];
  return pageOf(
    { ...data, kind: "Heddle run report" },
    sections.filter((section) => section !== undefined),
    weightsSha256,
  );
}
