/** Side of one crossing of two threads, and the gap between threads, in pixels. */
const CROSSING = 4;
const GAP = 1;
const BITS = 8;

/** A plain twill, woven where there are no weights yet. */
const TWILL = "3366cc99".repeat(8);

/**
 * The band of cloth at the top of a page, woven from the checksum of the weights: each byte is a warp thread, and each of
 * its bits says whether that thread lies above the weft. The draft is mirrored both ways, as band weavers do. The same
 * weights give the same cloth, so that two reports can be compared at a glance.
 *
 * @param sha256 64 hexadecimal digits; a twill is woven without them
 * @returns an inline SVG as wide as the page, in the colours `--warp` and `--weft` of the page
 */
export function cloth(sha256: string = TWILL): string {
  const bytes = (sha256.match(/[0-9a-f]{2}/g) ?? []).map((digits) => Number.parseInt(digits, 16));
  const draft = [...bytes, ...bytes.toReversed()];
  let warp = "";
  let weft = "";
  draft.forEach((byte, column) => {
    for (let row = 0; row < 2 * BITS - 1; row++) {
      const [x, y] = [column * CROSSING, row * CROSSING];
      // The thread above runs through its crossing; the one below is hidden by it.
      if ((byte >> Math.abs(row - BITS + 1)) & 1)
        warp += `M${x} ${y}h${CROSSING - GAP}v${CROSSING}h-${CROSSING - GAP}z`;
      else weft += `M${x} ${y}h${CROSSING}v${CROSSING - GAP}h-${CROSSING}z`;
    }
  });
  const [width, height] = [draft.length * CROSSING, (2 * BITS - 1) * CROSSING];
  return [
    `<svg class="cloth" width="100%" height="${height}" aria-hidden="true">`,
    `<defs><pattern id="cloth" width="${width}" height="${height}" patternUnits="userSpaceOnUse">`,
    `<path class="weft" d="${weft}"/><path class="warp" d="${warp}"/>`,
    `</pattern></defs><rect width="100%" height="${height}" fill="url(#cloth)"/></svg>`,
  ].join("");
}
