#!/usr/bin/env bash
# Bun 1.4.5 compiles WebAssembly's relaxed multiply-add, but rounds twice, on a processor with fused multiply-add.
#
# The proposal leaves both results open: a*b+c rounded once (fused) or twice. V8 on x86-64 with FMA gives the fused one;
# Bun's JavaScriptCore validates and runs the same module and gives the other. So "the module validates" does not tell
# whether results will agree with Node, Deno or Chromium, nor whether the instruction saves anything.
#
# Seen with node 24.21.0 and bun 1.4.5 on Linux, x86-64 with FMA: node 2^-46, bun 0.
set -euo pipefail
if [ "$(uname -m)" = x86_64 ] && ! grep -qw fma /proc/cpuinfo; then
  echo "This processor has no fused multiply-add: nothing to see."
  exit 0
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{}' > package.json
npm install --no-audit --no-fund --silent node@24.21.0 bun@1.4.5

# madd(a, b, c) = lane 0 of f32x4.relaxed_madd of the three, splatted.
cat > madd.mjs <<'JS'
const bytes = Uint8Array.from(
  atob("AGFzbQEAAAABCAFgA319fQF9AwIBAAUDAQAABxECBG1hZGQAAAZtZW1vcnkCAAoWARQAIAD9EyAB/RMgAv0T/YUC/R8ACw=="),
  (letter) => letter.charCodeAt(0),
);
const { madd } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
// (1 + 2^-23)^2 - (1 + 2^-22) is 2^-46 exactly, and 0 where the square is rounded to 32 bits first.
const x = 1 + 2 ** -23;
console.log(madd(x, x, -(1 + 2 ** -22)) === 2 ** -46 ? "once" : "twice");
JS

in_node=$(node_modules/node/bin/node madd.mjs)
in_bun=$(node_modules/.bin/bun madd.mjs)
echo "node $(node_modules/node/bin/node --version): rounds $in_node"
echo "bun $(node_modules/.bin/bun --version): rounds $in_bun"
[ "$in_node" = once ] && [ "$in_bun" = twice ]
