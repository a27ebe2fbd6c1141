import { basename } from "node:path";
import { sameShape, sizeOf } from "@heddle/core/internal/base/shape.js";
import type { ValueRange } from "@heddle/core/internal/data/value-range.js";
import { classNamesOf, whyNoClasses } from "@heddle/core/internal/network/class-probabilities.js";
import { imageInputOf } from "@heddle/core/internal/network/image-input.js";
import { inRange } from "@heddle/core/internal/pictures/in-range.js";
import { pictureFromBytes } from "../../datasets/picture.js";
import type { ServedModel, Values } from "../../serving/served-model.js";
import { inputRange } from "../model-input.js";
import { type EngineChoice, openModel } from "../open-run.js";
import { pictureRuleFor } from "../picture-input.js";
import { topClasses } from "../top-classes.js";
import { atOnceOf } from "./at-once.js";

/** How a run is opened to be served. */
export interface OpenOptions extends EngineChoice {
  /** The folder of all runs. */
  readonly root: string;
  readonly modelRange?: ValueRange | undefined;
  /** Whether grey pictures with a light background are inverted; as the model says by default. */
  readonly invert?: boolean | undefined;
  readonly onWarning: (message: string) => void;
}

/** A run or a model to be served. */
export interface OpenedServed {
  /** Its name: the run's id, or the path that was passed. */
  readonly name: string;
  /** What it can be opened from again: its folder, or the file of another program. */
  readonly path: string;
  readonly served: ServedModel;
}

/**
 * Opens the model of a run, or any other, and computes once with it, so that its first request is as fast as the next.
 *
 * @throws HeddleError when there is no such run or model
 */
export async function openServed(source: string, options: OpenOptions): Promise<OpenedServed> {
  const { root, modelRange, invert, onWarning } = options;
  const opened = await openModel(source, root, options);
  const { model, run, name } = opened;
  // Another program's file is called by its path.
  const path = run === undefined && basename(name) !== "config.json" ? name : opened.path;
  const { inputShape, outputShape } = model;
  try {
    const names = classNamesOf(model, run?.record.dataset.classNames ?? []);
    const range = inputRange(opened, { modelRange, onWarning });
    const isClassifier = whyNoClasses(model) === undefined;
    const served: ServedModel = {
      // Those of its ONNX export.
      ...{ inputName: "input", outputName: "output", inputShape, outputShape },
      weightsSha256: await model.weightsSha256(),
      labels: isClassifier && sameShape(outputShape, [names.length]) ? names : undefined,
      run: (images, count) => model.predict({ images, count, shape: inputShape }),
      atOnce: await atOnceOf(model),
      read: async (file, bytes) => {
        const [height, width, channels] = imageInputOf(model);
        const rule = pictureRuleFor(opened, invert);
        const { pixels, inverted, empty } = await pictureFromBytes(
          file,
          bytes,
          { height, width, channels },
          rule,
        );
        return { values: inRange(pixels, range), inverted, empty };
      },
      top: (outputs) => topClasses(model, names, outputs),
      close: () => model.dispose(),
    };
    await warmUp(served);
    return { name, path, served };
  } catch (thrown) {
    model.dispose();
    throw thrown;
  }
}

/** Starts the threads and lays out the programs for bytes and for floats. */
async function warmUp({ inputShape, run }: ServedModel): Promise<void> {
  const size = sizeOf(inputShape);
  const samples: readonly Values[] = [new Uint8Array(size), new Float32Array(size)];
  for (const values of samples) await run(values, 1);
}
