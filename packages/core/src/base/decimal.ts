/** A number that people write in decimals, such as `0.5` or `1e-3`; undefined for anything else, `""` and `0x10` among it. */
export function parseDecimal(text: string): number | undefined {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : undefined;
}
