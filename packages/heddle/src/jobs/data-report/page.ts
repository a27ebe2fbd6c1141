import { formatPercent, groupDigits } from "@heddle/core/internal/base/format.js";
import type { SplitDescription } from "@heddle/core/internal/data/describe.js";
import type { Figure } from "@heddle/core/internal/figures/figure.js";
import { dataNotice } from "../../pages/notices.js";
import type { HeadlineNumber, PageSection, PageTable } from "../../pages/page.js";
import { renderPage } from "../../pages/render-page.js";
import { duplicatesSection, nearDuplicatesSection } from "./duplicate-sections.js";
import type { DataFindings } from "./findings.js";
import { labelErrorsSection } from "./label-section.js";
import type { Balance } from "./statistics.js";

/** The figures of a report, by the section that shows them. */
export interface DataFigures {
  readonly first: readonly Figure[];
  readonly classes: readonly Figure[];
  readonly means: readonly Figure[];
  readonly balance: readonly Figure[];
  readonly histograms: readonly Figure[];
  readonly nearDuplicates: readonly Figure[];
  readonly suspects: readonly Figure[];
}

/** The page of a data report. */
export function dataPage(findings: DataFindings, figures: DataFigures): string {
  const { dataset, leftOut } = findings;
  const { train, test, title, classNames, source } = dataset;
  const notice = dataNotice(source, undefined);
  const sections: PageSection[] = [
    summarySection(findings),
    {
      id: "first-images",
      title: "First images",
      figures: figures.first,
      aside:
        "As they are stored, enlarged without smoothing. On a light page, grey images are inverted, like ink on paper.",
    },
    balanceSection(findings, figures.balance),
    {
      id: "classes",
      title: "Each class",
      text: "Images drawn at random from each class of the training set. This is where images of the wrong class show first.",
      figures: figures.classes,
      aside: `Drawn with seed ${findings.seed}: the same seed draws the same images.`,
    },
    {
      id: "means",
      title: "Mean images",
      text: "The mean of all training images of each class. A sharp mean comes from a class with one form and one pose, a blurred mean from one with many.",
      figures: figures.means,
    },
    {
      id: "pixels",
      title: "Pixel values",
      text: "How often each value occurs. Where the splits differ, they were not made the same way.",
      figures: figures.histograms,
      aside: "The axis is logarithmic; a bin without pixels is blank.",
    },
    duplicatesSection(findings),
    nearDuplicatesSection(findings, figures.nearDuplicates),
    labelErrorsSection(findings, figures.suspects),
    {
      id: "left-out",
      title: "Omitted",
      ...(leftOut.length > 0 && {
        tables: [
          {
            title: "What this report omits, and why",
            head: ["Part", "Why"],
            rows: leftOut.map(({ what, why }) => [what, why]),
          },
        ],
      }),
    },
    {
      id: "reproduction",
      title: "Reproduction",
      text: "This command makes the same report again.",
      command: findings.command,
      facts: [
        { label: "Heddle", value: findings.heddle },
        { label: "Seed", value: String(findings.seed) },
        ...source.files.map(({ name, sha256 }) => ({ label: name, value: sha256, code: true })),
      ],
    },
  ];
  return renderPage({
    kind: "Heddle data report",
    title,
    subtitle: `${groupDigits(train.images)} training and ${groupDigits(test.images)} test images of ${train.shape.join(" × ")} in ${classNames.length} ${classNames.length === 1 ? "class" : "classes"}`,
    id: dataset.name,
    finishedAt: findings.finishedAt,
    ...(notice && { notice }),
    headline: headline(findings),
    sections,
  });
}

function headline({ dataset, nearDuplicates, labelErrors, balance }: DataFindings): HeadlineNumber[] {
  const { train, test } = dataset;
  const { betweenSplits } = nearDuplicates;
  const more = nearDuplicates.truncated ? "at least " : "";
  return [
    {
      label: "Images",
      value: groupDigits(train.images + test.images),
      note: `${dataset.classNames.length} classes`,
    },
    {
      label: "Test images seen in training",
      value: groupDigits(dataset.duplicates.betweenSplits.count),
      note: "equal, byte for byte",
    },
    {
      label: "Test images nearly seen in training",
      value: `${more}${groupDigits(betweenSplits.images)}`,
      note: `${formatPercent(betweenSplits.images / test.images)} of the test set`,
    },
    ...(labelErrors === null
      ? []
      : [
          {
            label: "Suspected labels",
            value: groupDigits(labelErrors.train.suspects.length + labelErrors.test.suspects.length),
            note: "to look at",
          },
        ]),
    {
      label: "Largest class to smallest",
      value: balance.train.ratio === null ? "–" : `${balance.train.ratio.toFixed(2)} : 1`,
      note: balance.train.ratio === null ? "a class has no training images" : "in training",
    },
  ];
}

function summarySection({ dataset, nearDuplicates }: DataFindings): PageSection {
  const { train, test, source } = dataset;
  const row = (name: string, split: SplitDescription) => [
    name,
    groupDigits(split.images),
    split.shape.join(" × "),
    split.elementType,
    `${short(split.minimum)} – ${short(split.maximum)}`,
    short(split.mean),
    short(split.standardDeviation),
  ];
  return {
    id: "summary",
    title: "Summary",
    tables: [
      {
        title: "Splits",
        head: ["Split", "Images", "Shape", "Type", "Range", "Mean", "Deviation"],
        rows: [row("Training", train), row("Test", test)],
        numeric: [1, 5, 6],
      },
    ],
    facts: [
      {
        label: "Source",
        value: source.kind === "generated" ? `drawn by code, seed ${source.seed ?? 0}` : (source.path ?? ""),
      },
      { label: "Images of a single tone", value: groupDigits(nearDuplicates.withoutContrast) },
    ],
  };
}

function balanceSection({ dataset, balance }: DataFindings, figures: readonly Figure[]): PageSection {
  const { classNames } = dataset;
  const missing = [
    ["training", balance.train.missing],
    ["test", balance.test.missing],
  ] as const;
  const gaps = missing
    .filter(([, labels]) => labels.length > 0)
    .map(
      ([split, labels]) =>
        `No ${split} image is labelled ${labels.map((label) => classNames[label]).join(", ")}.`,
    );
  const row = (name: string, { largest, smallest, ratio }: Balance) => [
    name,
    ...[largest, smallest].flatMap(({ label, images, share }) => [
      classNames[label]!,
      `${groupDigits(images)} (${formatPercent(share, 1)})`,
    ]),
    ratio === null ? "–" : ratio.toFixed(2),
  ];
  const table: PageTable = {
    title: "The largest and the smallest class",
    head: ["Split", "Largest", "Images", "Smallest", "Images", "Ratio"],
    rows: [row("Training", balance.train), row("Test", balance.test)],
    numeric: [2, 4, 5],
  };
  const even = balance.train.ratio === 1 && balance.test.ratio === 1;
  return {
    id: "balance",
    title: "Class balance",
    text: even
      ? "Every class has the same number of images, in both splits: accuracy needs no weighting by class."
      : [
          "Where classes differ much in size, accuracy says little about the small ones: look at recall by class.",
          ...gaps,
        ].join(" "),
    figures,
    tables: [table],
  };
}

/** `255` as it is, `72.940352` → `72.94`. */
function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
