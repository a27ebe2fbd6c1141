// The first script of a standalone page: unpacks the rest, which is deflated to keep the file small, and starts it.
import { fromBase85 } from "../../base/base85.js";
import { element } from "./element.js";

/** What is packed, each part followed by a zero byte, except the weights: the model as JSON, the page's script, the weights. */
async function unpack(): Promise<void> {
  const { textContent, dataset } = element("packed");
  // Without the zeros that fill up the last four bytes.
  const packed = fromBase85(textContent!.trim()).subarray(0, Number(dataset["bytes"]));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const [first, second] = [bytes.indexOf(0), bytes.indexOf(0, bytes.indexOf(0) + 1)];
  const text = (from: number, to: number) => new TextDecoder().decode(bytes.subarray(from, to));
  const page = new Function(`${text(first + 1, second)};return page`)();
  page.start(JSON.parse(text(0, first)), bytes.slice(second + 1));
}

unpack().catch((thrown: unknown) => {
  element("check").textContent =
    `This browser cannot run the model: ${thrown instanceof Error ? thrown.message : thrown}`;
});
