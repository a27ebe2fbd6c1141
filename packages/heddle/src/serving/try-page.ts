import { createHash } from "node:crypto";
import { escapeHtml } from "../pages/html.js";
import { style } from "../pages/style.js";

/** What the page looks like beyond what all pages do. */
const ownStyle = `
.try { display: grid; gap: 1.25rem; max-width: 42rem; }
.drop { display: grid; place-items: center; min-height: 11rem; padding: 1.5rem; border: 2px dashed var(--line); border-radius: .5rem; background: var(--card); text-align: center; cursor: pointer; }
.drop.over, .drop:focus-within { border-color: var(--accent); }
.drop input { position: absolute; opacity: 0; pointer-events: none; }
.drop img { max-width: 100%; height: 12rem; object-fit: contain; }
.fields { display: flex; flex-wrap: wrap; gap: 1rem; }
.fields label { display: grid; gap: .25rem; flex: 1 1 12rem; color: var(--muted); font-size: .875rem; }
select, input[type=password] { width: 100%; padding: .5rem .625rem; font: inherit; color: var(--ink); background: var(--card); border: 1px solid var(--line); border-radius: .375rem; }
ol { margin: 0; padding: 0; list-style: none; display: grid; gap: .625rem; }
ol li { display: grid; grid-template-columns: 1fr auto; gap: .125rem 1rem; overflow-wrap: anywhere; }
ol i { grid-column: 1 / -1; height: .375rem; border-radius: .1875rem; background: linear-gradient(var(--accent), var(--accent)) 0 / 0 100% no-repeat var(--soft); }
#fault { color: var(--warn-ink); background: var(--warn); padding: .75rem 1rem; border-radius: .375rem; }
[hidden] { display: none !important; }`;

/** What the page does: sends the file that was chosen, dropped or pasted, and lists the classes of the answer. */
const script = `
const $ = (id) => document.getElementById(id);
async function classify(file) {
  if (!file) return;
  $("fault").hidden = true;
  $("answer").replaceChildren();
  $("spoken").textContent = "Sending …";
  const old = $("picture").src;
  $("picture").src = URL.createObjectURL(file);
  if (old) URL.revokeObjectURL(old);
  $("picture").hidden = false;
  $("hint").hidden = true;
  try {
    const headers = { "content-type": file.type || "application/octet-stream" };
    if ($("token").value) headers.authorization = "Bearer " + $("token").value;
    const model = $("model").value;
    const response = await fetch("predict?model=" + encodeURIComponent(model), { method: "POST", headers, body: file });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.error);
    const [{ top }] = answer.predictions;
    $("answer").replaceChildren(...top.map(row));
    $("spoken").textContent = top[0].name + ", " + percent(top[0].probability) + " (" + answer.model + ", version " + answer.version + ")";
  } catch (error) {
    $("spoken").textContent = "";
    $("fault").textContent = error.message;
    $("fault").hidden = false;
  }
}
const percent = (value) => (100 * value).toFixed(1) + "%";
function row({ name, probability }) {
  const item = document.createElement("li");
  const label = document.createElement("span");
  label.textContent = name;
  const share = document.createElement("span");
  share.textContent = percent(probability);
  const bar = document.createElement("i");
  bar.style.backgroundSize = percent(probability) + " 100%";
  item.append(label, share, bar);
  return item;
}
$("fields").addEventListener("submit", (event) => event.preventDefault());
$("file").addEventListener("change", (event) => { classify(event.target.files[0]); event.target.value = ""; });
addEventListener("dragover", (event) => { event.preventDefault(); $("drop").classList.add("over"); });
addEventListener("dragleave", () => $("drop").classList.remove("over"));
addEventListener("drop", (event) => { event.preventDefault(); $("drop").classList.remove("over"); classify(event.dataTransfer.files[0]); });
addEventListener("paste", (event) => classify(event.clipboardData.files[0]));
`;

/** A page that sends a picture to `POST /predict`, and what the browser may load for it: nothing from elsewhere. */
export function tryPage(models: readonly string[]): { readonly html: string; readonly policy: string } {
  const css = style + ownStyle;
  const options = models.map((name) => `<option>${escapeHtml(name)}</option>`).join("");
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Try a picture · Heddle</title>
<link rel="icon" href="data:,">
<style>${css}</style>
</head>
<body>
<div class="sheet">
<header><p class="origin"><strong>Heddle</strong> <span>server</span></p><h1>Try a picture</h1></header>
<main class="try">
<label class="drop" id="drop"><input type="file" id="file" accept="image/*"><span id="hint">Choose a picture, or drop or paste one here.</span><img id="picture" alt="The picture that was sent" hidden></label>
<form class="fields" id="fields">
<label>Model <select id="model">${options}</select></label>
<label>Token, if the server has one <input type="password" id="token" autocomplete="off"></label>
</form>
<p id="spoken" role="status"></p>
<p id="fault" role="alert" hidden></p>
<ol id="answer" aria-label="Likeliest classes"></ol>
<p class="aside">Programs: <a href="openapi.json">openapi.json</a>, <a href="v2">v2</a>, <a href="v1/models">v1/models</a>, <a href="metrics">metrics</a>.</p>
</main>
</div>
<script>${script}</script>
</body>
</html>
`;
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${sha256(script)}'`,
    `style-src 'sha256-${sha256(css)}'`,
    "img-src blob: data:",
    "connect-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return { html, policy };
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("base64");
}
