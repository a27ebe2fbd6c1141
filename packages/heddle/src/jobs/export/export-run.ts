import { basename, dirname, join } from "node:path";
import { checkPath } from "@heddle/core/internal/base/check-path.js";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { fileExists, writeFileAtomic } from "@heddle/core/internal/base/files-node.js";
import {
  type Changes,
  type ExportFormat,
  exportModel,
  type WeightPrecision,
  writtenFormat,
} from "@heddle/interchange";
import type { LoadOptions } from "../../datasets/index.js";
import { dataOfModel } from "../data-of-model.js";
import { inputRange, samplesForModel } from "../model-input.js";
import { type OpenedModel, openModel } from "../open-run.js";
import { planOfRun } from "../plan-of-run.js";

/** How a model is exported. */
export interface ExportRunOptions {
  /** The folder of all runs. */
  readonly root: string;
  /** The format's name: `keras`. */
  readonly format: ExportFormat;
  /**
   * The file, with or without its ending; of a format whose files have fixed names, their folder.
   *
   * @defaultValue the name of the run or the model, in the current folder
   */
  readonly out?: string | undefined;
  /** How exactly modules and pages keep the weights. */
  readonly weights?: WeightPrecision | undefined;
  /** Whether a module computes by WebAssembly. */
  readonly wasm?: boolean | undefined;
  /** Of Keras's weights: the most bytes of a file's arrays; one file if undefined. */
  readonly shardBytes?: number | undefined;
  /** Measures how many answers rounded weights change, and refuses more than these. */
  readonly maxChanged?: number | undefined;
  /** The data whose test images are measured; the run's own if undefined. */
  readonly data?: string | undefined;
  readonly load: LoadOptions;
  /** Called before images are measured, with their number. */
  readonly onMeasuring?: (images: number) => void;
  /** Whether existing files are replaced. */
  readonly force: boolean;
  readonly onWarning: (message: string) => void;
}

/** What was written. */
export interface ExportedRun {
  /** The paths of the files. */
  readonly files: readonly string[];
  /** How many answers rounded weights change, if that was measured. */
  readonly changed: { readonly answers: number; readonly images: number } | undefined;
}

/** The endings that a name may have, whatever the format. */
const ENDING = /\.(weights\.h5|weights\.json|keras|h5|onnx|safetensors|mjs|html)$/i;

/**
 * Writes the model of a run, or any other, as files of another program. A run's model is written as the run trained it.
 *
 * @param source a run folder, an id below `root`, `latest`, a model's folder or file
 * @throws HeddleError when there is no such model or format, or a file exists
 */
export async function exportRun(source: string, options: ExportRunOptions): Promise<ExportedRun> {
  const { root, format, out, weights, wasm, shardBytes, force, onWarning } = options;
  const opened = await openModel(source, root, { onWarning });
  const { model } = opened;
  try {
    compileAsTrained(opened);
    const path = out === undefined ? basename(opened.name) : checkPath("Exported model", out);
    const name = basename(path).replace(ENDING, "");
    let changed: ExportedRun["changed"];
    const changes = await changesFor(opened, options, (measured) => {
      changed = measured;
    });
    const files = await exportModel(model, format, {
      name,
      ...(weights && { weights }),
      ...(wasm && { wasm }),
      ...(shardBytes !== undefined && { shardBytes }),
      ...(changes && { changes }),
      onWarning,
    });
    const folder = writtenFormat(format)?.needsFolder ? path : dirname(path);
    const written = Object.entries(files).map(([file, bytes]) => [join(folder, file), bytes] as const);
    for (const [file] of written) if (!force) await checkFree(file);
    for (const [file, bytes] of written) await writeFileAtomic(file, bytes);
    return { files: written.map(([file]) => file), changed };
  } finally {
    model.dispose();
  }
}

/** The test images for which it is measured whether rounded weights change the answer. */
async function changesFor(
  opened: OpenedModel,
  options: ExportRunOptions,
  onMeasured: Changes["onMeasured"] & {},
): Promise<Changes | undefined> {
  const { maxChanged, data, load, onMeasuring, onWarning } = options;
  if (maxChanged === undefined) return undefined;
  const dataset = await dataOfModel(opened, { data, load });
  const { test, source } = dataset;
  const reading = source.reading?.test ?? source.reading?.train;
  const images = samplesForModel(opened.model, test, inputRange(opened, { reading, onWarning }));
  onMeasuring?.(test.count);
  return { images, maxChanged, onMeasured };
}

/** A run's folder holds its model and its settings; other models know for themselves how they are trained. */
function compileAsTrained({ model, run }: OpenedModel): void {
  if (!run) return;
  const { optimizer, loss } = planOfRun(join(run.folder.path, "run.json"), run.record);
  model.compile({ optimizer, loss });
}

async function checkFree(path: string): Promise<void> {
  if (!(await fileExists(path))) return;
  throw new HeddleError({
    who: path,
    expected: "a path that does not exist yet",
    received: "a file",
    next: "Choose another, or replace it with `force: true`.",
  });
}
