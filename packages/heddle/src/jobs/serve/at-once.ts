import type { Model } from "@heddle/core";
import { sizeOf } from "@heddle/core/internal/base/shape.js";
import { callerPredictor } from "@heddle/core/internal/standalone/caller-predictor.js";
import type { AtOnce } from "../../serving/served-model.js";

/** How long images may keep the thread that speaks HTTP, in milliseconds: about as long as other threads need to answer. */
const MOST_MS = 0.4;
/** Images at most: so many are computed together. */
const MOST_IMAGES = 8;
/** More threads than these gain less by a further one than it delays requests. */
const MOST_HELPED = 2;
/** Larger models are slower than that; a copy of their weights would be a waste. */
const MOST_PARAMETERS = 2_000_000;
/** How long a model is tried, in milliseconds: WebAssembly becomes fast after some calls. */
const TRIAL_MS = 40;

/** How a model computes a few images on the thread that speaks HTTP; undefined where one already takes too long. */
export async function atOnceOf(model: Model): Promise<AtOnce | undefined> {
  if (model.parameters > MOST_PARAMETERS) return undefined;
  const run = await callerPredictor(model);
  const image = new Uint8Array(sizeOf(model.inputShape));
  let fastest = Number.POSITIVE_INFINITY;
  for (const end = performance.now() + TRIAL_MS; performance.now() < end; ) {
    const started = performance.now();
    run(image, 1);
    fastest = Math.min(fastest, performance.now() - started);
  }
  const most = Math.min(MOST_IMAGES, Math.floor(MOST_MS / fastest));
  const { threads } = await model.engine();
  return most === 0 ? undefined : { most, helps: threads <= MOST_HELPED, run };
}
