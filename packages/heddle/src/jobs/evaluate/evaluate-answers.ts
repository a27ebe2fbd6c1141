import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { checkFile } from "@heddle/core/internal/base/files-node.js";
import { sizeOf } from "@heddle/core/internal/base/shape.js";
import { isWholeNumber } from "@heddle/core/internal/data/classes.js";
import { type ClassifierEvaluation, evaluateClassifier } from "@heddle/core/internal/evaluate/index.js";
import { classNamesOf, classProbabilities } from "@heddle/core/internal/network/class-probabilities.js";
import { JsonFields } from "@heddle/core/internal/records/json-fields.js";
import { warnOfDamage } from "@heddle/core/internal/records/lines.js";
import { confusedPairsFor } from "../../pages/evaluation-figures.js";
import { hearSignal } from "../../system/hear-signal.js";
import { openModel } from "../open-run.js";

/** A model by the answers that it gave as a server. */
export interface AnswersEvaluation {
  /** The run's id, or the path of the model. */
  readonly name: string;
  readonly evaluation: ClassifierEvaluation;
  /** Lines without a truth, and lines that other weights answered: they are not counted. */
  readonly skipped: { readonly withoutTruth: number; readonly ofOtherWeights: number };
}

/** Lines between two looks at the signal. */
const LINES = 1000;

/**
 * Measures a model by the answers that `heddle serve --record` kept, on lines to which somebody added `truth`: the name of
 * a class, or its number.
 *
 * @throws HeddleError when there is no such model or file, or no line that counts; AbortedError on `signal`
 */
export async function evaluateAnswers(
  source: string,
  path: string,
  options: {
    readonly root: string;
    readonly signal: AbortSignal;
    readonly onWarning: (message: string) => void;
  },
): Promise<AnswersEvaluation> {
  const { root, signal, onWarning } = options;
  const { name, model, run } = await openModel(source, root, { threads: 1 });
  try {
    const names = classNamesOf(model, run?.record.dataset.classNames ?? []);
    const about = { names, outputs: sizeOf(model.outputShape), weights: await model.weightsSha256() };
    await checkFile(path);
    const answers: { readonly outputs: readonly number[]; readonly label: number }[] = [];
    const skipped = { withoutTruth: 0, ofOtherWeights: 0 };
    const damage: HeddleError[] = [];
    let number = 0;
    for await (const line of createInterface({
      input: createReadStream(path),
      crlfDelay: Number.POSITIVE_INFINITY,
    })) {
      if (++number % LINES === 0) await hearSignal(signal, `Reading ${path}`);
      if (line === "") continue;
      try {
        // People may have added whatever they need.
        const answer = answerIn(JsonFields.parse(`${path}, line ${number}`, line), about);
        if (typeof answer === "string") skipped[answer]++;
        else answers.push(answer);
      } catch (thrown) {
        if (!(thrown instanceof HeddleError)) throw thrown;
        damage.push(thrown);
      }
    }
    warnOfDamage(path, damage, onWarning);
    if (answers.length === 0) throw nothing(path, skipped);
    const probabilities = classProbabilities(
      model,
      Float32Array.from(answers.flatMap(({ outputs }) => outputs)),
    );
    const labels = answers.map(({ label }) => label);
    const evaluation = evaluateClassifier(
      { probabilities, labels, classNames: names },
      { confusedPairs: confusedPairsFor(names.length) },
    );
    return { name, evaluation, skipped };
  } finally {
    model.dispose();
  }
}

/** A line's outputs and its label, or why it does not count. */
function answerIn(
  fields: JsonFields,
  about: { readonly names: readonly string[]; readonly outputs: number; readonly weights: string },
) {
  const { names, outputs, weights } = about;
  if (fields.string("weights") !== weights) return "ofOtherWeights";
  if (!fields.has("truth")) return "withoutTruth";
  const label = fields.fitting("truth", "a class of the model, or its number", (truth) => {
    const named = names.indexOf(String(truth));
    const number =
      typeof truth === "number" || (named < 0 && isWholeNumber(String(truth))) ? Number(truth) : named;
    return names[number] === undefined ? undefined : number;
  });
  return { label, outputs: fields.numberList("outputs", outputs) };
}

function nothing(who: string, { withoutTruth, ofOtherWeights }: AnswersEvaluation["skipped"]): HeddleError {
  return new HeddleError({
    who,
    expected: "at least one answer of this model with its truth",
    received: `${withoutTruth} without a truth, and ${ofOtherWeights} of other weights`,
    next: 'Add the true class to each line: "truth": "Ankle boot".',
  });
}
