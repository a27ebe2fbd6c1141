import { isJsonObject, type JsonObject } from "../base/json.js";
import type { Parameter, SweepValue } from "./parameter.js";
import { formatPythonJson, PythonFloat, parsePythonJson } from "./python-json.js";
import { highest } from "./values.js";

// What a parameter could be, as Optuna's journals have it: a class of `optuna.distributions` with its attributes, as a
// JSON text within the JSON of a line. Values are numbers: of a category, the index of the choice.

/** A parameter as a distribution. */
export function formatDistribution(parameter: Parameter): string {
  if (parameter.type === "category") {
    return formatPythonJson({ name: "CategoricalDistribution", attributes: { choices: parameter.choices } });
  }
  const { type, low, log = false, step } = parameter;
  const high = highest(parameter);
  if (type === "integer") {
    return formatPythonJson({ name: "IntDistribution", attributes: { log, step: step ?? 1, low, high } });
  }
  const float = (value: number) => new PythonFloat(value);
  return formatPythonJson({
    name: "FloatDistribution",
    attributes: { step: step === undefined ? null : float(step), low: float(low), high: float(high), log },
  });
}

/** A value as Optuna's number for it. */
export function toInternal(parameter: Parameter, value: SweepValue): PythonFloat | number {
  return parameter.type === "category" ? parameter.choices.indexOf(value) : new PythonFloat(value as number);
}

/** A distribution as a journal has it, and how to read its values. */
export interface Distribution {
  readonly text: string;
  /** The value that Optuna's number means. */
  readonly fromInternal: (internal: number) => SweepValue;
}

/** A sweep has a few distributions, which each of its trials repeats: each is kept once. */
const known = new Map<string, Distribution>();
const MOST_KNOWN = 1000;

/** @throws SyntaxError whose message says what was received, as a noun phrase */
export function readDistribution(text: string): Distribution {
  let distribution = known.get(text);
  if (!distribution) {
    distribution = { text, fromInternal: readerOf(parsePythonJson(text), text) };
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(text, distribution);
  }
  return distribution;
}

function readerOf(json: unknown, text: string): Distribution["fromInternal"] {
  const { name, attributes } = isJsonObject(json) ? json : {};
  if (name === "FloatDistribution") return (internal) => internal;
  if (name === "IntDistribution") return Math.trunc;
  const choices = isJsonObject(attributes) ? (attributes as JsonObject)["choices"] : undefined;
  if (name === "CategoricalDistribution" && Array.isArray(choices)) {
    return (internal) => {
      const choice = choices[internal];
      if (choice !== undefined) return choice as SweepValue;
      throw new SyntaxError(`choice ${internal} of ${choices.length}`);
    };
  }
  throw new SyntaxError(`the distribution ${text.slice(0, 60)}`);
}
