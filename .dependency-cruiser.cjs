// The floors of docs/architecture.md: imports only go down, and rooms on one floor do not import
// each other. Each entry lists the rooms of one floor, lowest first.
const floors = [
  ["base"],
  ["formats", "engine", "metrics", "initializers", "regularizers", "schedules"],
  ["data", "ops", "evaluate"],
  ["constraints", "losses", "optimizers", "datasets"],
  ["layers"],
  ["compiler"],
  ["network"],
  ["callbacks"],
  ["training"],
  ["model"],
  ["explain", "recipes", "runs"],
  ["figures", "tuning"],
  ["pages"],
  ["jobs"],
  ["cli"],
];

// Under jobs/ each command has a room; what several of them need lies in jobs/ itself. A room uses another
// only where it does the other's whole work: a training ends with an evaluation and a report.
const jobs = { train: ["evaluate", "report"], resume: ["train"] };

const roomRules = floors.flatMap((rooms, floor) =>
  rooms.map((room) => {
    const above = floors.slice(floor + 1).flat();
    const beside = rooms.filter((other) => other !== room);
    const forbidden = [...above, ...beside];
    return {
      name: `${room}-imports-only-down`,
      severity: "error",
      from: { path: `^src/${room}/`, pathNot: "\\.test\\.ts$" },
      to: { path: forbidden.length ? `^src/(${forbidden.join("|")})/` : "^$" },
    };
  }),
);

const jobRules = [
  {
    name: "shared-jobs-import-no-room",
    severity: "error",
    from: { path: "^src/jobs/[^/]+\\.ts$", pathNot: "\\.test\\.ts$" },
    to: { path: "^src/jobs/[^/]+/" },
  },
  {
    name: "a-job-imports-only-what-it-contains",
    severity: "error",
    from: { path: `^src/jobs/(?!(?:${Object.keys(jobs).join("|")})/)([^/]+)/`, pathNot: "\\.test\\.ts$" },
    to: { path: "^src/jobs/[^/]+/", pathNot: "^src/jobs/$1/" },
  },
  ...Object.entries(jobs).map(([room, contained]) => ({
    name: `${room}-imports-only-what-it-contains`,
    severity: "error",
    from: { path: `^src/jobs/${room}/`, pathNot: "\\.test\\.ts$" },
    to: { path: "^src/jobs/[^/]+/", pathNot: `^src/jobs/(${[room, ...contained].join("|")})/` },
  })),
];

module.exports = {
  forbidden: [
    ...roomRules,
    ...jobRules,
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "browsers-run-it",
      comment: "What browsers run may touch Node only through #threads and #files.",
      severity: "error",
      from: {
        path: "^src/(base|formats|engine|metrics|initializers|regularizers|schedules|data|ops|evaluate|constraints|losses|optimizers|layers|compiler|network|callbacks|training|model|explain|recipes|tuning)/",
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
