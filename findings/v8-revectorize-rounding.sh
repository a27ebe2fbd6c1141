#!/usr/bin/env bash
# V8's pass that merges two 128-bit WebAssembly vectors into one of 256 bits (--experimental-wasm-revectorize) gives up a
# whole chain for one rounding instruction in Node 24, and does not in Node 26.
#
# The pass starts at two neighbouring stores and walks up. Addition, multiplication, division, square root, comparison,
# selection, shifts and conversions to integers are merged in both. f32x4.nearest, floor, ceil and trunc are merged in Node
# 26 alone; in Node 24 everything between the load and the store stays at 128 bits, without a word unless the pass is
# traced. Adding and subtracting 1.5 * 2^23, which rounds small numbers to nearest as well, is merged in both.
#
# Seen with node 24.21.0 and 26.10.0 on Linux, x86-64 with AVX2.
set -euo pipefail
if [ "$(uname -m)" != x86_64 ] || ! grep -qw avx2 /proc/cpuinfo; then
  echo "The pass needs x86-64 with AVX2: nothing to see."
  exit 0
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{}' > package.json
npm install --no-audit --no-fund --silent assemblyscript@0.28.20 node@24.21.0
mkdir newer && echo '{}' > newer/package.json
npm install --prefix newer --no-audit --no-fund --silent node@26.10.0

# y = op(x) for eight floats a turn: both loads, then both stores.
for op in add nearest floor ceil trunc shifted; do
  case $op in
    add) text='f32x4.add(x, x)' ;;
    shifted) text='f32x4.sub(f32x4.add(x, f32x4.splat(12582912)), f32x4.splat(12582912))' ;;
    *) text="f32x4.$op(x)" ;;
  esac
  cat > $op.ts <<TS
// @ts-ignore: decorator
@inline
function apply(x: v128): v128 { return $text; }
export function run(y: usize, x: usize, end: usize): void {
  for (; y < end; y += 32, x += 32) {
    const low = apply(v128.load(x));
    const high = apply(v128.load(x, 16));
    v128.store(y, low);
    v128.store(y, high, 16);
  }
}
TS
  node_modules/.bin/asc $op.ts -o $op.wasm -O3 --noAssert --runtime stub --initialMemory 1 --enable simd
done

flags="--experimental-wasm-revectorize --trace-wasm-revectorize --no-liftoff --no-wasm-tier-up --no-wasm-lazy-compilation"
for node in node_modules/node/bin/node newer/node_modules/node/bin/node; do
  for op in add nearest floor ceil trunc shifted; do
    echo "new WebAssembly.Module(require('fs').readFileSync('$op.wasm'))" > compile.js
    if $node $flags compile.js | grep -q 'to vectorize'; then merged=merged; else merged=narrow; fi
    echo "$($node --version | cut -d. -f1) $op $merged"
  done
done | tee seen.txt
diff seen.txt - <<'TXT'
v24 add merged
v24 nearest narrow
v24 floor narrow
v24 ceil narrow
v24 trunc narrow
v24 shifted merged
v26 add merged
v26 nearest merged
v26 floor merged
v26 ceil merged
v26 trunc merged
v26 shifted merged
TXT
