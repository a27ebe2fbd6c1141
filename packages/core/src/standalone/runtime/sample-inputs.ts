/**
 * A drawn sample for checks: soft shapes of a few grey levels or colours, the same on every machine, because only whole
 * numbers are computed.
 *
 * @param number which one
 * @returns `[H, W, C]`, 0..255
 */
export function sampleInput(number: number, [H, W, C]: readonly [number, number, number]): Uint8Array {
  let state = (Math.imul(number + 1, 0x9e3779b1) ^ 0x5bf03635) >>> 0;
  const draw = (below: number): number => {
    // Numerical Recipes' linear congruential generator; its high bits are the random ones.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 16) % below;
  };
  const pixels = new Uint8Array(H * W * C);
  if (number % 4 === 0) return pixels.fill(draw(256));
  const shapes = 1 + draw(5);
  for (let shape = 0; shape < shapes; shape++) {
    const [top, left] = [draw(H), draw(W)];
    const [height, width] = [1 + draw(H), 1 + draw(W)];
    const colour = Array.from({ length: C }, () => draw(256));
    const round = draw(2) === 1;
    for (let row = top; row < Math.min(H, top + height); row++) {
      for (let column = left; column < Math.min(W, left + width); column++) {
        // Distances from the middle, times 2, to stay whole.
        const y = 2 * (row - top) - height + 1;
        const x = 2 * (column - left) - width + 1;
        if (round && y * y * width * width + x * x * height * height > height * height * width * width)
          continue;
        pixels.set(colour, (row * W + column) * C);
      }
    }
  }
  if (number % 2 === 1)
    for (let at = 0; at < pixels.length; at++) pixels[at] = (pixels[at]! + draw(32)) & 255;
  return pixels;
}
