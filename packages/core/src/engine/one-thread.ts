let warned = false;

/** Says once, however many models there are, why the engine uses one thread, and the cure. */
export function warnOfOneThread(): void {
  if (warned) return;
  warned = true;
  console.warn(
    "Heddle computes on one thread, because this page may not share memory between threads. To use every core, " +
      "serve the page with the headers Cross-Origin-Opener-Policy: same-origin and " +
      "Cross-Origin-Embedder-Policy: require-corp. To keep one thread without this message, set `threads: 1`.",
  );
}
