import { HeddleError, type Layer } from "@heddle/core";
import { sameShape } from "@heddle/core/internal/base/shape.js";
import type { Weight } from "@heddle/core/internal/ops/weight.js";
import type { Hdf5Dataset } from "../containers/hdf5/read.js";
import type { ArchivedLayer } from "./archived-layers.js";
import { placedVariables } from "./layer-variables.js";
import type { Variables } from "./variables.js";

/** The layers of a model's JSON with those that were built from it. */
export type BuiltLayers = readonly { readonly archived: ArchivedLayer; readonly layer: Layer | undefined }[];

/** What a file has of a model. */
export interface Matches {
  readonly pairs: readonly (readonly [Weight, Hdf5Dataset])[];
  /** In words: weights without a variable, and variables without a weight. */
  readonly unfilled: readonly string[];
  readonly extra: readonly string[];
  readonly misshaped: readonly string[];
}

/** Matches a model's weights with the variables of an archive. */
export function matchWeights(layers: BuiltLayers, variables: Variables): Matches {
  const pairs: (readonly [Weight, Hdf5Dataset])[] = [];
  const [unfilled, misshaped]: string[][] = [[], []];
  const left = new Set(variables.keys());
  for (const { archived, layer } of layers) {
    for (const { weight, place } of layer ? placedVariables(layer) : []) {
      const path = `${archived.group}/${place}`;
      const dataset = variables.get(path);
      left.delete(path);
      if (!dataset) unfilled!.push(`${weight.name} (${path})`);
      else if (!sameShape(dataset.shape, weight.shape)) {
        misshaped!.push(
          `${weight.name} [${weight.shape.join(", ")}] from [${dataset.shape.join(", ")}] of ${path}`,
        );
      } else pairs.push([weight, dataset]);
    }
  }
  // What an optimizer keeps is read separately; generators of random numbers have a state in some versions of Keras.
  const extra = [...left].filter((path) => !/^optimizer\/|(^|\/)seed_generator(_\d+)?\//.test(path));
  return { pairs, unfilled: unfilled!, misshaped: misshaped!, extra };
}

/**
 * Sets the weights of a model that nobody uses yet: what fails on the way leaves some of them set.
 *
 * @param who the file, for errors
 * @throws HeddleError unless every weight has its variable, in its shape, and every variable its weight
 */
export async function setWeights(who: string, { pairs, unfilled, extra, misshaped }: Matches): Promise<void> {
  const parts = [
    ...(unfilled.length > 0 ? [`no values for ${listed(unfilled)}`] : []),
    ...(misshaped.length > 0 ? [`other shapes for ${listed(misshaped)}`] : []),
    ...(extra.length > 0 ? [`values that no weight takes, ${listed(extra)}`] : []),
  ];
  if (parts.length > 0) {
    throw new HeddleError({
      who,
      expected: "a value for each weight of the model, and no others",
      received: parts.join("; "),
      next: "Check that the weights belong to this model.",
    });
  }
  // One after the other: a large model is in memory twice already.
  for (const [weight, dataset] of pairs) weight.assign(await dataset.floats());
}

const MOST_LISTED = 8;

function listed(names: readonly string[]): string {
  const rest = names.length - MOST_LISTED;
  return `${names.slice(0, MOST_LISTED).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}
