import { counted, formatDuration, formatPercent, groupDigits } from "@heddle/core/internal/base/format.js";
import type { MeanInterval } from "@heddle/core/internal/evaluate/mean-interval.js";
import type { Figure } from "@heddle/core/internal/figures/figure.js";
import { published } from "@heddle/core/internal/recipes/study-recipe.js";
import type { Fact, PageSection, PageTable } from "../../pages/page.js";
import { renderPage } from "../../pages/render-page.js";
import { FEW_EPOCHS, FEW_EPOCHS_NOTE } from "./definition.js";
import { lookKey } from "./look.js";
import type { RegularizationRecord, TestRecord } from "./records.js";
import { REFERENCE, titleOf } from "./regimes.js";
import type { RegularizationRequest } from "./request.js";
import type { RegimeResult } from "./results.js";
import { points, type Verdict } from "./verdict.js";

/** The claim that the study is about. */
const CLAIM = "the published claim “pooling and dropout outperformed L1 and L2”";

/** Everything that the page shows. */
export interface RegularizationReport {
  readonly study: RegularizationRecord;
  readonly request: RegularizationRequest;
  readonly results: readonly RegimeResult[];
  readonly test: TestRecord;
  /** On the published claim, and on the same claim with max-pooling in every network. */
  readonly verdict: Verdict;
  readonly pooledVerdict: Verdict;
  readonly figures: {
    readonly accuracy: Figure;
    readonly gap: Figure;
    readonly differences: Figure;
    readonly training: Figure;
    readonly validation: Figure;
  };
  /** A warning where the data is not the published study's. */
  readonly notice?: { readonly title: string; readonly text: string };
}

/** The comparison of regimes as one HTML page. */
export function regularizationPage(report: RegularizationReport): string {
  const { study, results, verdict, notice } = report;
  const accuracies = [REFERENCE, "l1", "l2", "none"].flatMap((name) => {
    const result = results.find(({ regime }) => regime.name === name);
    if (!result) return [];
    const { regime, label, test } = result;
    const ends = `${(100 * test.low).toFixed(1)} to ${(100 * test.high).toFixed(1)}`;
    return [
      {
        label: titleOf(regime, label),
        value: formatPercent(test.mean),
        note: `of the test images, 95%: ${ends}`,
      },
    ];
  });
  return renderPage({
    kind: "Heddle study of regularization",
    title: `Regularization compared on ${study.dataset.title}`,
    subtitle: verdict.sentence,
    id: "regularization",
    ...(study.finishedAt !== undefined && { finishedAt: study.finishedAt }),
    ...(notice && { notice }),
    headline: [
      { label: CLAIM, value: capitalized(verdict.outcome), note: "95% intervals, seed by seed" },
      ...accuracies,
    ],
    sections: [
      verdictSection(report),
      comparison(report),
      overfitting(report),
      byEpoch(report),
      choices(report),
      design(report),
      trials(report),
      reproduction(report),
    ],
  });
}

function verdictSection({
  results,
  verdict,
  pooledVerdict,
  figures,
  study,
  request,
  notice,
}: RegularizationReport): PageSection {
  const ours = results.find(({ regime }) => regime.name === REFERENCE);
  const gap = published.trainAccuracy - published.testAccuracy;
  const sideBySide: PageTable = {
    title: `Pooling + dropout, published and here (${counted(request.epochs, "epoch")} on ${groupDigits(study.images.train)} images)`,
    head: ["", published.source, `Here, ${request.seeds} seeds`],
    rows: ours
      ? [
          ["Test accuracy, %", (100 * published.testAccuracy).toFixed(1), withDeviation(ours.test)],
          ["Training accuracy, %", (100 * published.trainAccuracy).toFixed(1), withDeviation(ours.train)],
          ["Gap, points", (100 * gap).toFixed(1), intervalText(ours.gap)],
        ]
      : [],
    numeric: [1, 2],
  };
  return {
    id: "verdict",
    title: "Verdict",
    text: [
      verdict.sentence,
      `With max-pooling in every network, so that only dropout competes with the penalties: ${lowerFirst(pooledVerdict.sentence)}`,
      ...(request.epochs < FEW_EPOCHS ? [`${FEW_EPOCHS_NOTE}.`] : []),
    ].join(" "),
    // Only results on the same images are set side by side.
    tables: notice ? [] : [sideBySide],
    figures: [figures.accuracy, figures.differences],
    aside:
      "The claim is supported if the 95% interval of the difference lies above zero against both L1 and L2, contradicted if it lies below zero against one of them, and undecided otherwise. Differences are taken seed by seed. Intervals are Student's t over the seeds, which are wide for few seeds, and cut at 0 and 100% where an accuracy is close to them. They show how much the result depends on the seed, on these test images; other test images would add chance of their own. There is no correction for looking at many regimes at once.",
  };
}

function comparison({ results, request }: RegularizationReport): PageSection {
  const table: PageTable = {
    title: `Accuracy in percent: mean ± standard deviation over ${request.seeds} seeds`,
    head: ["Regime", "Setting", "Parameters", "Test", "Training", "Gap, points", "Against pooling + dropout"],
    rows: results.map(({ regime, label, parameters, test, train, gap, difference }) => [
      regime.title,
      label || "–",
      groupDigits(parameters),
      withDeviation(test),
      withDeviation(train),
      (100 * gap.mean).toFixed(2),
      difference ? intervalText(difference, true) : "–",
    ]),
    numeric: [2, 3, 4, 5, 6],
  };
  return {
    id: "comparison",
    title: "Comparison",
    text: "Each regime with the setting that was chosen on held-out images. The last column is its test accuracy minus that of pooling + dropout, seed by seed, in points with the 95% interval.",
    tables: [table],
    aside:
      "Training accuracy is measured after training, on the training images, with dropout and augmentation off. The gap is training accuracy minus test accuracy: the larger it is, the more the model memorised.",
  };
}

function overfitting({ results, figures, notice }: RegularizationReport): PageSection {
  const ours = results.find(({ regime }) => regime.name === REFERENCE);
  const none = results.find(({ regime }) => regime.name === "none");
  return {
    id: "overfitting",
    title: "Overfitting",
    ...(ours && none && { text: gapSentence(ours, none, notice === undefined) }),
    figures: [figures.gap, figures.training],
    aside:
      "The curve is measured while training, with dropout and augmentation on, which lowers it; the gap is measured with both off.",
  };
}

function byEpoch({ figures, study }: RegularizationReport): PageSection {
  return {
    id: "by-epoch",
    title: "By epoch",
    text: `Accuracy on the ${groupDigits(study.images.validation)} held-out images, means over the seeds.`,
    figures: [figures.validation],
  };
}

function choices({ results, study, request }: RegularizationReport): PageSection {
  const rows = results.flatMap(({ regime, label, candidates }) =>
    candidates.map((candidate) => [
      regime.title,
      candidate.label,
      formatPercent(candidate.validationAccuracy),
      candidate.validationLoss.toFixed(4),
      candidate.label === label ? "chosen" : "",
    ]),
  );
  return {
    id: "choices",
    title: "Choices",
    text: `Each strength and rate was trained like everything else, and the one that is best on the ${groupDigits(study.images.validation)} held-out images was chosen: means over the ${request.seeds} seeds.`,
    tables: [
      {
        title: "Accuracy on the held-out images",
        head: ["Regime", "Setting", "Accuracy", "Loss with penalty", ""],
        rows,
        numeric: [2, 3],
      },
    ],
    aside:
      "The published network keeps its published rate, so that only the other regimes gain by a choice. The seeds that choose are those compared: a little of their luck may remain, though the images that compare are others.",
  };
}

function design({ study, results, request, test }: RegularizationReport): PageSection {
  const { images, machine, versions } = study;
  const engine = results[0]?.trainings[0]?.engine;
  const facts: Fact[] = [
    { label: "Data", value: study.request["data"] ?? study.dataset.title },
    {
      label: "Images",
      value: `${groupDigits(images.train)} trained on, ${groupDigits(images.validation)} held out for every choice, ${groupDigits(images.test)} for the test`,
    },
    {
      label: "Test images",
      value: `looked at once, on ${test.lookedAt.slice(0, 16).replace("T", " ")} UTC, after all trials`,
    },
    {
      label: "Seeds",
      value: `${request.seed} to ${request.seed + request.seeds - 1}: initial weights, order of images, dropout, shifts`,
    },
    {
      label: "Epochs",
      value: `${request.epochs}, the same for all; early stopping may end sooner, which cuts the learning rate's cycle short`,
    },
    {
      label: "Optimizer",
      value: `Adam, one cycle peaking at ${request.learningRate}, batches of ${request.batchSize}: not tuned for any regime`,
    },
    { label: "Loss", value: "cross-entropy, without label smoothing, which would regularize as well" },
    {
      label: "Kernels",
      value: `${engine?.variant ?? ""}: the same weights on any number of threads`,
    },
    { label: "Machine", value: `${machine.cpu}, ${machine.cores} cores; Node ${versions.node}` },
    { label: "Heddle", value: versions.heddle },
  ];
  return {
    id: "design",
    title: "Design",
    text: "All networks are the study's: two 3×3 convolutions of 16 and 32 filters and a dense layer. With the same seed, their convolutions begin with the same weights. They differ only in what is added:",
    facts,
    tables: [
      {
        title: "Regimes",
        head: ["Regime", "What is added"],
        rows: results.map(({ regime }) => [regime.title, regime.differs]),
      },
    ],
  };
}

function trials({ results, study, test }: RegularizationReport): PageSection {
  const all = results.flatMap(({ trainings, regime, label }) =>
    trainings.map((one) => {
      const looked = test.results[lookKey(one)]!;
      return [
        String(one.trial),
        titleOf(regime, label),
        String(one.seed),
        String(one.epoch),
        formatPercent(looked.test.accuracy),
        formatPercent(looked.train.accuracy),
        formatPercent(one.validation.accuracy),
        one.weightsSha256.slice(0, 12),
      ];
    }),
  );
  const seconds = results
    .flatMap(({ trainings }) => trainings.flatMap(({ history }) => history))
    .reduce((sum, { seconds: own }) => sum + own, 0);
  return {
    id: "trials",
    title: "Trainings",
    tables: [
      {
        title: `All ${all.length} compared trainings, ${formatDuration(seconds)} one after the other on ${study.machine.cpu}`,
        head: ["Trial", "Regime", "Seed", "Epoch kept", "Test", "Training", "Held out", "Weights, SHA-256"],
        rows: all,
        numeric: [0, 2, 3, 4, 5, 6],
      },
    ],
  };
}

function reproduction({ study }: RegularizationReport): PageSection {
  return {
    id: "reproduction",
    title: "Reproduction",
    text: "This command repeats the study. Its trials are those of a sweep, in the folder sweep next to this page.",
    command: study.command,
  };
}

/** On the rest of the claim: that the network is not overfit. */
function gapSentence(ours: RegimeResult, none: RegimeResult, comparable: boolean): string {
  const gap = 100 * (published.trainAccuracy - published.testAccuracy);
  const theirs = comparable ? `; the published study had ${gap.toFixed(1)}` : "";
  return `“Not overfit”: the training accuracy of pooling + dropout is ${intervalText(ours.gap)} points above its test accuracy${theirs}. Without regularization, the gap is ${intervalText(none.gap)}.`;
}

/** `92.31 ± 0.12` */
function withDeviation({ mean, deviation }: MeanInterval): string {
  return `${(100 * mean).toFixed(2)} ± ${(100 * deviation).toFixed(2)}`;
}

/** `+1.20 (+0.80 to +1.60)`, or without signs. */
function intervalText({ mean, low, high }: MeanInterval, signed = false): string {
  const text = (value: number) => (signed ? points(value) : (100 * value).toFixed(2).replace("-", "−"));
  return `${text(mean)} (${text(low)} to ${text(high)})`;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
