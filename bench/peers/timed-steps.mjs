// How peers in JavaScript are timed: they are slow, so a few steps have to be enough.

/** No step begins later than this many seconds after the first. */
const SECONDS = 20;

/** Images a second of each step. */
export async function timedSteps(batchSize, step) {
  const rates = [];
  const begun = performance.now();
  while (rates.length === 0 || performance.now() - begun < 1000 * SECONDS) {
    const started = performance.now();
    await step(rates.length);
    rates.push((1000 * batchSize) / (performance.now() - started));
  }
  return rates;
}
