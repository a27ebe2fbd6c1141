/** CRC-64 as xz uses it (ECMA-182, reversed): the low and the high half, of the bytes after those with the check `before`. */
export function crc64(
  bytes: Uint8Array,
  before: readonly [low: number, high: number] = [0, 0],
): readonly [low: number, high: number] {
  let low = ~before[0];
  let high = ~before[1];
  for (let index = 0; index < bytes.length; index++) {
    const place = (low ^ bytes[index]!) & 0xff;
    low = ((low >>> 8) | (high << 24)) ^ LOW[place]!;
    high = (high >>> 8) ^ HIGH[place]!;
  }
  return [~low >>> 0, ~high >>> 0];
}

const [LOW, HIGH] = halvesOf64();

function halvesOf64(): readonly [Int32Array, Int32Array] {
  const [lows, highs] = [new Int32Array(256), new Int32Array(256)];
  for (let byte = 0; byte < 256; byte++) {
    let [low, high] = [byte, 0];
    for (let bit = 0; bit < 8; bit++) {
      const isOdd = (low & 1) === 1;
      low = (low >>> 1) | (high << 31);
      high >>>= 1;
      if (isOdd) {
        low ^= 0xd7870f42;
        high ^= 0xc96c5795;
      }
    }
    lows[byte] = low;
    highs[byte] = high;
  }
  return [lows, highs];
}
