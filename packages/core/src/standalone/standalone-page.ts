import { toBase85 } from "../base/base85.js";
import { groupDigits } from "../base/format.js";
import { pageSource } from "./page-source.js";
import type { Standalone } from "./standalone-of.js";
import { unpackSource } from "./unpack-source.js";

/** The text of a page in one file that needs no network: it opens from a disk and classifies what is drawn or dropped. */
export async function standalonePage({ model, weights }: Standalone): Promise<string> {
  const { name, shape, classes, receipt } = model;
  const parameters = model.tensors.reduce((sum, { length }) => sum + length, 0);
  const zero = new Uint8Array(1);
  const stream = new Blob([JSON.stringify(model), zero, pageSource, zero, weights])
    .stream()
    .pipeThrough(new CompressionStream("deflate"));
  const packed = new Uint8Array(await new Response(stream).arrayBuffer());
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(name)}</title>
<style>${STYLE}</style>
<h1>${escaped(name)}</h1>
<main>
<section>
<canvas id="pad" width="336" height="336" tabindex="0" role="img" aria-label="Drawing pad. Arrow keys move the pen, space starts and ends a line."></canvas>
<p><button id="choose">Choose a picture</button> <button id="camera">Camera</button> <button id="clear">Clear</button></p>
<input id="file" type="file" accept="image/*" hidden>
<p id="fault" role="alert"></p>
</section>
<section>
<p id="spoken" aria-live="polite"></p>
<ol id="results"></ol>
<figure hidden id="view"><canvas id="seen" role="img" aria-label="The picture as the model sees it"></canvas><figcaption>What the model sees</figcaption></figure>
</section>
</main>
<footer><p id="check" role="status">Checking …</p><p>${groupDigits(parameters)} weights, ${shape.join("×")}, ${classes.length} classes. Written by Heddle ${escaped(receipt.version)}. Pictures stay in this page.</p></footer>
<!-- Deflated: the model, the script of this page (Heddle's packages/core/src/standalone/page), and the weights. -->
<script type="text/plain" id="packed" data-bytes="${packed.length}">${toBase85(packed)}</script>
<script>${unpackSource}</script>
`;
}

const STYLE = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif;accent-color:#3b6ea8}
body{margin:0 auto;padding:1rem;max-width:48rem}h1{font-size:1.5rem;overflow-wrap:anywhere}
main{display:grid;gap:2rem;grid-template-columns:repeat(auto-fit,minmax(min(16rem,100%),1fr))}
#pad{width:100%;max-width:21rem;aspect-ratio:1;border:1px solid GrayText;border-radius:.5rem;touch-action:none;cursor:crosshair;background:#fff}
:focus-visible{outline:3px solid #3b6ea8;outline-offset:2px}
button{font:inherit;padding:.4rem .8rem}#spoken{font-size:1.25rem;font-weight:600;margin:0;overflow-wrap:anywhere}
ol{list-style:none;padding:0}li{display:grid;grid-template-columns:1fr auto;gap:0 1rem;margin:.5rem 0;overflow-wrap:anywhere}
li i{grid-column:1/-1;height:.5rem;min-width:1px;background:#3b6ea8;border-radius:.25rem}
figure{margin:0}#seen{width:7rem;image-rendering:pixelated;border:1px solid GrayText}
#fault,[data-passed=false]{color:light-dark(#b3261e,#ff897d);font-weight:600}footer,figcaption{font-size:.875rem}footer{margin-top:2rem;border-top:1px solid GrayText}
@media(forced-colors:active){li i{background:Highlight;forced-color-adjust:none}}`;

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
