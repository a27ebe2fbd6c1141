#!/usr/bin/env bash
# workerd 1.20260426.1 (by miniflare 4.20260426.0) compiles WebAssembly from bytes while a worker starts, as its compatibility
# dates since June 2025 allow, but only by the synchronous constructor.
#
# `new WebAssembly.Module(bytes)` works at the top of a module. `await WebAssembly.compile(bytes)`, which is how libraries compile
# because browsers advise it, never settles there: the worker does not start, and what is printed is
# "Top-level await in module is unsettled", not a word of WebAssembly. In a handler both are refused, by a CompileError that a
# program can catch. So a library that awaits its compilation looks as if it could not run there at all.
#
# Seen on Linux, x86-64: synchronous "compiled", awaited no start.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{}' > package.json
npm install --no-audit --no-fund --silent miniflare@4.20260426.0 > /dev/null

cat > try.mjs <<'JS'
import { Miniflare } from "miniflare";
const [, , start, handle] = process.argv;
// The smallest module: WebAssembly's magic number and version.
const contents = `const bytes = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
const said = async (compile) => {
  try {
    await compile();
    return "compiled";
  } catch (error) {
    return String(error);
  }
};
let answer;
${start}
export default { async fetch() { ${handle} return new Response(answer); } };`;
const miniflare = new Miniflare({
  compatibilityDate: "2026-04-01",
  modules: [{ type: "ESModule", path: "main.mjs", contents }],
});
try {
  console.log(await (await miniflare.dispatchFetch("http://localhost/")).text());
} catch (error) {
  console.log(error.code);
} finally {
  await miniflare.dispose().catch(() => {});
}
JS

at_once='try { new WebAssembly.Module(bytes); answer = "compiled"; } catch (error) { answer = String(error); }'
awaited='answer = await said(() => WebAssembly.compile(bytes));'
start_at_once=$(node try.mjs "$at_once" '' 2> /dev/null)
start_awaited=$(node try.mjs "$awaited" '' 2> awaited.log)
later=$(node try.mjs '' "$awaited")
echo "at start, new WebAssembly.Module: $start_at_once"
echo "at start, await WebAssembly.compile: $start_awaited; $(grep -o 'Top-level await.*' awaited.log)"
echo "in a handler, await WebAssembly.compile: $later"
[ "$start_at_once" = compiled ]
[ "$start_awaited" = ERR_RUNTIME_FAILURE ]
grep -q 'Top-level await in module is unsettled' awaited.log
[[ $later == CompileError*disallowed* ]]
