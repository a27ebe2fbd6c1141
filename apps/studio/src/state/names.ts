/** What the page is doing. */
export type Phase = "opening" | "ready" | "training" | "paused" | "stopping" | "evaluating" | "done";

/** The accuracy from which a model is worth trying. */
export const WORTH_TRYING = 0.8;

/** The names in the address of drawn clothes and of dropped files, of which a reload knows nothing. */
export const SKETCH = "fashion-sketch";
export const OWN = "yours";
