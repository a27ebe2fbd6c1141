// Which licences come with an installation.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = new URL("../", import.meta.url);
const page = readFileSync(new URL("docs/licences.md", root), "utf8");

it("docs/licences.md has every package that an installation may hold, under its present licence", () => {
  const tool = new URL("tools/licences.mjs", root).href;
  const script = `import { licencesPage } from "${tool}"; process.stdout.write(licencesPage());`;
  const written = execFileSync(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: fileURLToPath(root),
    encoding: "utf8",
  });
  expect(page, "run node tools/licences.mjs").toBe(written);
});

it("docs/licences.md names the licences that ask for more than a notice", () => {
  for (const row of [
    /\| @img\/sharp-libvips-linux-x64 \| [\d.]+ \| LGPL-3\.0-or-later \|/,
    /\| @resvg\/resvg-js \| [\d.]+ \| MPL-2\.0 \|/,
    /\| @expo-google-fonts\/public-sans \| [\d.]+ \| MIT AND OFL-1\.1 \|/,
    /\| vega \| [\d.]+ \| BSD-3-Clause \|/,
  ]) {
    expect(page).toMatch(row);
  }
});
