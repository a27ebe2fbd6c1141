// Writes a journal as a sweep does, with fixed times, for tools/golden/sweep-journal.py to load into Optuna:
//
//     npm run build && node tools/golden/sweep-journal.mjs && python tools/golden/sweep-journal.py
import { writeFileSync } from "node:fs";
import { sampleJournal } from "../../packages/core/dist/sweep/sample-journal.testing.js";

writeFileSync(new URL("../../tests/golden/sweep/heddle.journal", import.meta.url), sampleJournal());
