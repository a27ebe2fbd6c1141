import { counted, formatDuration, formatPercent, groupDigits } from "@heddle/core/internal/base/format.js";
import type { MeanInterval } from "@heddle/core/internal/evaluate/mean-interval.js";
import type { Figure } from "@heddle/core/internal/figures/figure.js";
import { published } from "@heddle/core/internal/recipes/study-recipe.js";
import type { Fact, PageSection, PageTable } from "../../pages/page.js";
import { renderPage } from "../../pages/render-page.js";
import { FEW_EPOCHS, FEW_EPOCHS_NOTE } from "./plan.js";
import type { StudyRecord, TestRecord } from "./records.js";
import { REFERENCE, titleOf } from "./regimes.js";
import type { StudyRequest } from "./request.js";
import type { RegimeResult } from "./results.js";
import { points, type Verdict } from "./verdict.js";

/** All that the report shows. */
export interface StudyReport {
  readonly study: StudyRecord;
  readonly request: StudyRequest;
  readonly results: readonly RegimeResult[];
  readonly test: TestRecord;
  /** On the published claim, and on the same with max-pooling in every network. */
  readonly verdict: Verdict;
  readonly pooledVerdict: Verdict;
  readonly figures: {
    readonly accuracy: Figure;
    readonly gap: Figure;
    readonly differences: Figure;
    readonly training: Figure;
    readonly validation: Figure;
  };
  /** Why this is not the published study's data, where it is not. */
  readonly notice?: { readonly title: string; readonly text: string };
}

/** The comparison as one page. */
export function studyReport(report: StudyReport): string {
  const { study, results, verdict, notice } = report;
  const headline = [REFERENCE, "l1", "l2", "none"].flatMap((name) => {
    const result = results.find(({ regime }) => regime.name === name);
    if (!result) return [];
    const { regime, setting, test } = result;
    const ends = `${(100 * test.low).toFixed(1)} to ${(100 * test.high).toFixed(1)}`;
    return [
      {
        label: titleOf(regime, setting),
        value: formatPercent(test.mean),
        note: `of the test images, 95%: ${ends}`,
      },
    ];
  });
  return renderPage({
    kind: "Heddle study",
    title: `Regularization compared on ${study.dataset.title}`,
    subtitle: verdict.sentence,
    id: "regularization",
    ...(study.finishedAt !== undefined && { finishedAt: study.finishedAt }),
    ...(notice && { notice }),
    headline,
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

function verdictSection({ results, pooledVerdict, figures, study, notice }: StudyReport): PageSection {
  const ours = results.find(({ regime }) => regime.name === REFERENCE);
  const gap = published.trainAccuracy - published.testAccuracy;
  const beside: PageTable = {
    title: `Pooling + dropout, published and here (${counted(study.plan.epochs, "epoch")} on ${groupDigits(study.images.train)} images)`,
    head: ["", published.source, `Here, ${study.plan.seeds} seeds`],
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
      "The claim is “pooling and dropout outperformed L1 and L2”; what this study says of it stands at the top.",
      `With max-pooling in every network, so that dropout alone stands against the penalties: ${lowerFirst(pooledVerdict.sentence)}`,
      ...(study.plan.epochs < FEW_EPOCHS ? [`${FEW_EPOCHS_NOTE}.`] : []),
    ].join(" "),
    // Only results on the same images stand beside each other.
    tables: notice ? [] : [beside],
    figures: [figures.accuracy, figures.differences],
    aside:
      "The rule: supported where the 95% interval of the difference lies above zero against both L1 and L2, contradicted where it lies below zero against one of them, not decided otherwise. Differences are taken seed by seed; intervals are Student's t over the seeds, which is wide for few of them. They say how much the result depends on the seed, on these test images; other test images would add their own chance. No correction is made for looking at many regimes at once.",
  };
}

function comparison({ results, study }: StudyReport): PageSection {
  const table: PageTable = {
    title: `Accuracy in percent: mean ± standard deviation over ${study.plan.seeds} seeds`,
    head: ["Regime", "Setting", "Parameters", "Test", "Training", "Gap, points", "Against pooling + dropout"],
    rows: results.map(({ regime, setting, parameters, test, train, gap, difference }) => [
      regime.title,
      setting.label || "–",
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
    text: "Each regime with the setting that was chosen on held-out images. The last column is its test accuracy less that of pooling + dropout, seed by seed, in points with the 95% interval.",
    tables: [table],
    aside:
      "Training accuracy is measured after training on the images that were trained on, dropout and augmentation off. The gap is training accuracy less test accuracy: the larger, the more was learnt by heart.",
  };
}

function overfitting({ results, figures, notice }: StudyReport): PageSection {
  const ours = results.find(({ regime }) => regime.name === REFERENCE);
  const none = results.find(({ regime }) => regime.name === "none");
  return {
    id: "overfitting",
    title: "Overfitting",
    ...(ours && none && { text: gapSentence(ours, none, notice === undefined) }),
    figures: [figures.gap, figures.training],
    aside:
      "The curve is of the running epoch, with dropout and augmentation on, which lowers it; the gap is measured with both off.",
  };
}

function byEpoch({ figures, study }: StudyReport): PageSection {
  return {
    id: "by-epoch",
    title: "By epoch",
    text: `Accuracy on the ${groupDigits(study.images.validation)} held-out images, means over the seeds.`,
    figures: [figures.validation],
  };
}

function choices({ results, study, request }: StudyReport): PageSection {
  const rows = results.flatMap(({ regime, setting, candidates }) =>
    candidates.map((candidate) => [
      regime.title,
      candidate.setting.label,
      formatPercent(candidate.validationAccuracy),
      candidate.validationLoss.toFixed(4),
      candidate.setting === setting ? "chosen" : "",
    ]),
  );
  return {
    id: "choices",
    title: "Choices",
    text: `Each strength and rate was tried once, with seed ${request.seed} and ${counted(study.plan.choosingEpochs, "epoch")}, and judged by the ${groupDigits(study.images.validation)} held-out images. That seed is not among those compared, so that no regime keeps the luck it was chosen by.`,
    tables: [
      {
        title: "Accuracy on the held-out images",
        head: ["Regime", "Setting", "Accuracy", "Loss with penalty", ""],
        rows,
        numeric: [2, 3],
      },
    ],
    aside:
      "One seed on so few images tells neighbouring strengths apart only roughly. The published network keeps its published rate: what is gained by a choice is gained by the others.",
  };
}

function design({ study, results, request, test }: StudyReport): PageSection {
  const { images, plan, machine, versions } = study;
  const engine = results[0]?.trials[0]?.record.engine;
  const facts: Fact[] = [
    { label: "Data", value: study.request["data"] ?? study.dataset.title },
    {
      label: "Images",
      value: `${groupDigits(images.train)} trained on, ${groupDigits(images.validation)} held out for every choice, ${groupDigits(images.test)} for the test`,
    },
    {
      label: "Test images",
      value: `looked at once, on ${test.lookedAt.slice(0, 16).replace("T", " ")} UTC, when every trial was over`,
    },
    {
      label: "Seeds",
      value: `${request.seed + 1} to ${request.seed + plan.seeds}: first weights, order of images, dropout, shifts`,
    },
    {
      label: "Epochs",
      value: `${plan.epochs}, the same for all; early stopping may end before, which cuts the cycle of the learning rate short`,
    },
    {
      label: "Optimizer",
      value: `Adam, one cycle peaking at ${request.learningRate}, batches of ${request.batchSize}: not tuned for any regime`,
    },
    { label: "Loss", value: "cross-entropy; no smoothed labels, which regularize as well" },
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
    text: "All networks are the study's: two 3×3 convolutions of 16 and 32 filters and a dense layer. With the same seed their convolutions begin with the same weights. They differ in this alone:",
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

function trials({ results, study }: StudyReport): PageSection {
  const all = results.flatMap(({ trials: own, regime, setting }) =>
    own.map(({ record, testAccuracy }) => [
      titleOf(regime, setting),
      String(record.seed),
      String(record.epoch),
      formatPercent(testAccuracy),
      record.train ? formatPercent(record.train.accuracy) : "",
      formatPercent(record.validation.accuracy),
      record.weightsSha256.slice(0, 12),
    ]),
  );
  const seconds = results
    .flatMap(({ trials: own }) => own)
    .reduce((sum, { record }) => sum + record.seconds, 0);
  return {
    id: "trials",
    title: "Trials",
    tables: [
      {
        title: `All ${all.length} trials that were compared, ${formatDuration(seconds)} of training on ${study.machine.cores} cores`,
        head: ["Regime", "Seed", "Epoch kept", "Test", "Training", "Held out", "Weights, SHA-256"],
        rows: all,
        numeric: [1, 2, 3, 4, 5],
      },
    ],
  };
}

function reproduction({ study, request }: StudyReport): PageSection {
  const { seeds, epochs, expectedSeconds } = study.plan;
  const command = { label: "Command", value: study.command, code: true };
  if (request.budgetSeconds === undefined) return { id: "again", title: "Again", facts: [command] };
  const expected = { label: "Planned", value: `${formatDuration(expectedSeconds)} on this machine` };
  return {
    id: "again",
    title: "Again",
    facts: [command, expected],
    aside: `A faster or slower machine makes more or fewer seeds and epochs of a budget. Those of this study come with --seeds ${seeds} --epochs ${epochs} in its place.`,
  };
}

/** What is left of the claim: that the network is not overfit. */
function gapSentence(ours: RegimeResult, none: RegimeResult, comparable: boolean): string {
  const gap = 100 * (published.trainAccuracy - published.testAccuracy);
  const theirs = comparable ? `; the published study had ${gap.toFixed(1)}` : "";
  return `“Not overfit”: the training accuracy of pooling + dropout lies ${intervalText(ours.gap)} points above its test accuracy${theirs}. Without regularization it is ${intervalText(none.gap)}.`;
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

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
