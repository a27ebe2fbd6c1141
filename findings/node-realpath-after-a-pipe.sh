#!/usr/bin/env bash
# Node 20.20.2 and 22.23.3 load a module of a linked package twice if the last thing that `fs.statSync` saw is a pipe.
#
# The loader of ES modules resolves a link in node_modules by fs.realpathSync, with a cache. For a part of the path that
# the cache already knows, that function looks at the buffer of the process's last numeric stat, whatever file that was
# of. If it says pipe or socket, the walk ends there: the rest of the path stays unresolved, and is cached so. The module
# is then loaded under a second URL, so its state exists twice and `instanceof` fails between the two copies. It takes a
# workspace (or pnpm), an import after the start, and a pipe; a stat in BigInts, or of anything else in between, is safe.
#
# Seen on Linux: twice in 20.20.2 and 22.23.3, once in 24.21.0 and 26.10.0.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
versions=(20.20.2 22.23.3 24.21.0 26.10.0)
for version in "${versions[@]}"; do
  npm install --no-audit --no-fund --silent --no-save --prefix "node-$version" "node@$version"
done

# A workspace as npm lays it out.
mkdir -p workspace/packages/shapes workspace/node_modules
cd workspace
ln -s ../packages/shapes node_modules/shapes
echo '{ "name": "shapes", "type": "module", "exports": { "./*": "./*.js" } }' > packages/shapes/package.json
echo 'export class Circle {}' > packages/shapes/circle.js
echo 'export const first = 1;' > packages/shapes/first.js
mkfifo pipe

cat > program.mjs <<'JS'
import { statSync } from "node:fs";

await import("shapes/first"); // the loader's cache knows the folders from now on
const deeds = {
  nothing: () => {},
  "a numeric stat of a pipe": () => statSync("pipe"),
  "a stat of a pipe in BigInts": () => statSync("pipe", { bigint: true }),
  "numeric stats of a pipe and a folder": () => (statSync("pipe"), statSync(".")),
};
deeds[process.argv[2]]();
const { Circle } = await import("shapes/circle");
const { Circle: Same } = await import("./packages/shapes/circle.js");
console.log(Circle === Same ? "once" : "twice");
JS
for version in "${versions[@]}"; do
  for deed in nothing "a numeric stat of a pipe" "a stat of a pipe in BigInts" "numeric stats of a pipe and a folder"; do
    echo "$version after $deed: $("../node-$version/node_modules/node/bin/node" program.mjs "$deed")"
  done
done | tee seen

diff seen - <<'TEXT'
20.20.2 after nothing: once
20.20.2 after a numeric stat of a pipe: twice
20.20.2 after a stat of a pipe in BigInts: once
20.20.2 after numeric stats of a pipe and a folder: once
22.23.3 after nothing: once
22.23.3 after a numeric stat of a pipe: twice
22.23.3 after a stat of a pipe in BigInts: once
22.23.3 after numeric stats of a pipe and a folder: once
24.21.0 after nothing: once
24.21.0 after a numeric stat of a pipe: once
24.21.0 after a stat of a pipe in BigInts: once
24.21.0 after numeric stats of a pipe and a folder: once
26.10.0 after nothing: once
26.10.0 after a numeric stat of a pipe: once
26.10.0 after a stat of a pipe in BigInts: once
26.10.0 after numeric stats of a pipe and a folder: once
TEXT
