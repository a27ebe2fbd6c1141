#!/usr/bin/env bash
# vega-lite 6.4.3 and vega 6.4.0 cannot show the text "constructor" as a title, nor sort by a list that holds it, though the
# same text works as a category and in a scale's domain.
#
# Vega's runtime looks operators up by name in plain objects, and what it finds there for a word such as `constructor`,
# `toString` or `valueOf` is the object's own inherited method. It fails with "Operator not defined: undefined", which
# names neither the text nor the place. So escaping is not enough for class names that users choose: those that are
# titles or stand in `sort` must be replaced by positions. A parameter keeps the text out of the specification.
#
# Seen with node 20.20 on Linux: a title and a sort list fail, the category, the domain and a parameter do not.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"type":"module"}' > package.json
npm install --no-audit --no-fund --silent vega@6.4.0 vega-lite@6.4.3

cat > draw.js <<'JS'
import * as vega from "vega";
import { compile } from "vega-lite";

const word = "constructor";
const chart = (x, rest = {}) => ({
  data: { values: [{ kind: word, count: 2 }, { kind: "other", count: 1 }] },
  mark: "bar",
  encoding: { x: { field: "kind", type: "nominal", ...x }, y: { field: "count", type: "quantitative" } },
  ...rest,
});
const charts = {
  category: chart({}),
  domain: chart({ scale: { domain: ["other", word] } }),
  parameter: chart({}, { params: [{ name: "heading", value: word }], title: { text: { expr: "heading" } } }),
  title: chart({}, { title: word }),
  sort: chart({ sort: ["other", word] }),
};
for (const [name, spec] of Object.entries(charts)) {
  const drawn = await (async () => {
    const view = new vega.View(vega.parse(compile(spec).spec), { renderer: "none" });
    return (await view.toSVG()).includes(word) ? "drawn" : "missing";
  })().catch((error) => error.message);
  console.log(`${name}: ${drawn}`);
}
JS

node draw.js 2>/dev/null | tee seen.txt
diff seen.txt - <<'TXT'
category: drawn
domain: drawn
parameter: drawn
title: Operator not defined: undefined
sort: Operator not defined: undefined
TXT
