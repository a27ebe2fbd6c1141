// A TypeDoc plugin. It sorts what a package exports by the room that it is written in, so that a reader finds Conv2D
// under Layers, and omits the members of classes that only Heddle itself calls.
import { Comment, CommentTag, Converter, makeRecursiveVisitor, ReflectionKind } from "typedoc";

/** The title of each folder below `src/`, in the order of the page. */
const TITLES = {
  model: "Models",
  network: "Models",
  layers: "Layers",
  ops: "Layers",
  training: "Training",
  callbacks: "Callbacks",
  losses: "Losses",
  metrics: "Metrics",
  optimizers: "Optimizers",
  schedules: "Schedules",
  regularizers: "Regularizers",
  constraints: "Constraints",
  initializers: "Initializers",
  evaluate: "Evaluation",
  pictures: "Pictures",
  explain: "Explanation",
  figures: "Figures",
  sweep: "Sweeps",
  "sweep-bullmq": "Sweeps",
  data: "Datasets",
  datasets: "Datasets",
  formats: "Datasets",
  keras: "Interchange",
  tfjs: "Interchange",
  onnx: "Interchange",
  safetensors: "Interchange",
  receipts: "Interchange",
  containers: "Interchange",
  standalone: "Interchange",
  interchange: "Interchange",
  runs: "Runs",
  records: "Runs",
  jobs: "Runs",
  system: "Runs",
  engine: "Engine",
  base: "Basics",
};

/** Members that need a type of these rooms which no package exports are internal. */
const INSIDE =
  /\/(compiler|engine|network|ops|base\/random|layers\/(layer|conv-window|range)|optimizers\/optimizer)(\/|\.)/;

/** @param {import("typedoc").Application} app */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const child of project.children ?? []) {
      const exports = child.kindOf(ReflectionKind.Module) ? (child.children ?? []) : [child];
      for (const exported of exports) {
        addCategory(exported);
        if (!exported.kindOf(ReflectionKind.ClassOrInterface)) continue;
        for (const member of (exported.children ?? []).filter(isInside)) project.removeReflection(member);
      }
    }
  });
}

/** @param {import("typedoc").DeclarationReflection} exported */
function addCategory(exported) {
  const file = exported.sources?.[0]?.fullFileName;
  // One package sees another's declarations, below dist. A file in no room belongs to its package.
  const [, name, inside] = /\/packages\/([\w-]+)\/(?:src|dist)\/(.*)/.exec(file ?? "") ?? [];
  const room = inside?.includes("/") ? inside.split("/")[0] : name;
  if (!(room in TITLES))
    throw new Error(`tools/api-rooms.mjs: no title for the folder of ${exported.name}, ${file}`);
  exported.comment ??= new Comment();
  exported.comment.blockTags.push(new CommentTag("@category", [{ kind: "text", text: TITLES[room] }]));
}

/** @param {import("typedoc").Reflection & { type?: import("typedoc").SomeType }} member */
function isInside(member) {
  let inside = false;
  const visitor = makeRecursiveVisitor({
    reference({ reflection, symbolId }) {
      if (!reflection && INSIDE.test(`/${symbolId?.packagePath}`)) inside = true;
    },
    reflection({ declaration }) {
      inside ||= isInside(declaration);
    },
  });
  member.type?.visit(visitor);
  member.traverse((part) => {
    inside ||= isInside(part);
  });
  return inside;
}
