// The floors of docs/architecture.md: imports only go down, and rooms on one floor do not import
// each other. Each entry lists the rooms of one floor, lowest first. `interchange` stands on `core`, `heddle` on both.
const floors = {
  core: [
    ["base"],
    ["formats", "engine", "metrics", "initializers", "regularizers", "schedules"],
    ["data", "ops", "evaluate", "pictures"],
    ["constraints", "losses", "optimizers"],
    ["layers"],
    ["compiler"],
    ["network"],
    ["callbacks"],
    ["training"],
    ["model"],
    ["explain", "recipes", "standalone"],
    ["examine", "figures", "records", "sweep", "tuning"],
  ],
  interchange: [["containers"], ["keras", "onnx", "standalone"], ["safetensors", "tfjs"], ["receipts"]],
  heddle: [
    ["system"],
    ["datasets", "rendering"],
    ["runs", "sweep"],
    ["pages"],
    ["serving"],
    ["jobs"],
    ["cli"],
  ],
};

// Under jobs/ each command has a room; what several of them need lies in jobs/ itself. A room uses another
// only where it does the other's whole work: a training ends with an evaluation and a report, and a look at a run's
// test images is written into its report. The regularization study is a sweep with a verdict on top.
const jobs = {
  train: ["evaluate", "report"],
  resume: ["train"],
  sweep: ["train"],
  regularization: ["sweep"],
  evaluate: ["report"],
  explain: ["report"],
};

/** Files that no package ships: tests, what helps them, and the scalar twins that they compare with. */
const NOT_SHIPPED = "\\.(test|testing|reference)\\.ts$";

const roomRules = Object.entries(floors).flatMap(([name, levels]) =>
  levels.flatMap((rooms, level) =>
    rooms.map((room) => {
      const above = levels.slice(level + 1).flat();
      const beside = rooms.filter((other) => other !== room);
      const forbidden = [...above, ...beside];
      return {
        name: `${name}-${room}-imports-only-down`,
        severity: "error",
        from: { path: `^packages/${name}/src/${room}/`, pathNot: "\\.test\\.ts$" },
        to: { path: forbidden.length ? `^packages/${name}/src/(${forbidden.join("|")})/` : "^$" },
      };
    }),
  ),
);

const IN_JOBS = "^packages/heddle/src/jobs/";
const jobRules = [
  {
    name: "shared-jobs-import-no-room",
    severity: "error",
    from: { path: `${IN_JOBS}[^/]+\\.ts$`, pathNot: NOT_SHIPPED },
    to: { path: `${IN_JOBS}[^/]+/` },
  },
  {
    name: "a-job-imports-only-what-it-contains",
    severity: "error",
    from: { path: `${IN_JOBS}(?!(?:${Object.keys(jobs).join("|")})/)([^/]+)/`, pathNot: NOT_SHIPPED },
    to: { path: `${IN_JOBS}[^/]+/`, pathNot: `${IN_JOBS}$1/` },
  },
  ...Object.entries(jobs).map(([room, contained]) => ({
    name: `${room}-imports-only-what-it-contains`,
    severity: "error",
    from: { path: `${IN_JOBS}${room}/`, pathNot: NOT_SHIPPED },
    to: { path: `${IN_JOBS}[^/]+/`, pathNot: `${IN_JOBS}(${[room, ...contained].join("|")})/` },
  })),
];

const known = (name) => floors[name].flat().join("|");

module.exports = {
  forbidden: [
    ...roomRules,
    ...jobRules,
    ...Object.keys(floors).map((name) => ({
      name: `${name}-has-only-known-rooms`,
      comment: "A new room needs its floor in the list above.",
      severity: "error",
      from: { path: `^packages/${name}/src/[^/]+/`, pathNot: `^packages/${name}/src/(${known(name)})/` },
      to: {},
    })),
    {
      name: "shipped-code-imports-no-tests",
      comment: "Tests, their helpers and scalar twins (x.reference.ts) are not part of a package.",
      severity: "error",
      from: { path: "^packages/[^/]+/src/", pathNot: NOT_SHIPPED },
      to: { path: NOT_SHIPPED },
    },
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "core-imports-no-package",
      comment: "Only umap-js, an optional peer, and only where it is loaded when embed() is called.",
      severity: "error",
      from: { path: "^packages/core/src/", pathNot: NOT_SHIPPED },
      to: {
        path: "node_modules|^packages/(interchange|heddle)",
        pathNot: "node_modules/(umap-js|@types/node)/",
      },
    },
    {
      name: "interchange-imports-only-the-core",
      severity: "error",
      from: { path: "^packages/interchange/src/" },
      to: { path: "^packages/heddle" },
    },
    {
      name: "queues-import-only-the-core",
      severity: "error",
      from: { path: "^packages/sweep-bullmq/src/" },
      to: { path: "^packages/(heddle|interchange)" },
    },
    {
      name: "queues-are-optional",
      comment: "heddle imports the package when a queue is asked for, by name.",
      severity: "error",
      from: { path: "^packages/(core|interchange|heddle)/src/" },
      to: { path: "^packages/sweep-bullmq|node_modules/(bullmq|ioredis|pg)/" },
    },
    {
      name: "browsers-run-core-and-interchange",
      comment:
        "The core may touch Node only through #threads and #files. Globals: tsconfig.json of each package.",
      severity: "error",
      from: { path: "^packages/(core|interchange)/src/", pathNot: ["-node\\.ts$", NOT_SHIPPED] },
      to: { dependencyTypes: ["core"] },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.base.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default"] },
    doNotFollow: { path: "node_modules|/dist/" },
  },
};
