// npm run build:studio: the page of `heddle studio`, into packages/heddle/dist/studio.
import { fileURLToPath } from "node:url";

/** The oldest Node that Vite runs on; Heddle itself runs on older ones. */
const [MAJOR, MINOR] = [20, 19];

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < MAJOR || (major === MAJOR && minor < MINOR)) {
  console.warn(
    `build:studio: skipped, because Vite needs Node ${MAJOR}.${MINOR} and this is ${process.version}.`,
  );
} else {
  const { build } = await import("vite");
  const root = fileURLToPath(new URL("../apps/studio", import.meta.url));
  await build({ root, configFile: `${root}/vite.config.js`, logLevel: "warn" });
}
