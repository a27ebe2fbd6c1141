// The floors of docs/architecture.md: imports only go down, and folders on one floor do not import
// each other. Each entry lists the folders of one floor, lowest first.
const floors = [
  ["base"],
  ["engine", "data", "formats"],
  ["ops"],
  ["constraints", "initializers", "regularizers", "schedules"],
  ["layers", "optimizers", "losses", "metrics"],
  ["model"],
  ["evaluate", "explain"],
  ["figures", "report", "runs", "serve"],
  ["study", "sweep"],
  ["cli", "studio"],
];

const rules = floors.flatMap((folders, floor) =>
  folders.map((folder) => {
    const above = floors.slice(floor + 1).flat();
    const beside = folders.filter((other) => other !== folder);
    const forbidden = [...above, ...beside];
    return {
      name: `${folder}-imports-only-down`,
      severity: "error",
      from: { path: `^src/${folder}/`, pathNot: "\\.test\\.ts$" },
      to: { path: forbidden.length ? `^src/(${forbidden.join("|")})/` : "^$" },
    };
  }),
);

module.exports = {
  forbidden: [
    ...rules,
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "core-runs-in-a-browser",
      comment: "The core may touch Node only through #threads and #files.",
      severity: "error",
      from: {
        path: "^src/(base|engine|ops|layers|optimizers|losses|metrics|initializers|regularizers|schedules|constraints|model|evaluate|explain)/",
        pathNot: "(-node|\\.test|\\.testing)\\.ts$",
      },
      to: { dependencyTypes: ["core"] },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^dist" },
  },
};
