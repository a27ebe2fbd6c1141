import type { EpochLogs } from "@heddle/core/internal/callbacks/history.js";

/** A name and its value: a line of a description. */
export interface Fact {
  readonly label: string;
  readonly value: string;
  /** Set in a fixed-width face, as checksums and commands are. Default false. */
  readonly code?: boolean;
}

/** A table of text. */
export interface ReportTable {
  readonly title: string;
  /** Names of the columns. */
  readonly head: readonly string[];
  /** Rows of as many cells. */
  readonly rows: readonly (readonly string[])[];
  /** Columns of numbers, right-aligned; counted from 0. Default none. */
  readonly numeric?: readonly number[];
}

/** A figure in both themes; those of `packages/heddle/src/figures` are such. */
export interface ReportFigure {
  readonly title: string;
  /** What it shows, in words. */
  readonly alt: string;
  /** Whole SVG documents, trusted: they go into the page as they are. */
  readonly svg: string;
  readonly darkSvg: string;
}

/** A number that is shown large. */
export interface HeadlineNumber {
  readonly label: string;
  /** With its unit: `92.7%`. */
  readonly value: string;
  /** A few words below: `10,000 images`. */
  readonly note?: string;
}

/** The head of a page. */
export interface PageHeader {
  /** What kind of page it is: `Heddle data report`. */
  readonly kind: string;
  /** What was done to what: `Fashion-MNIST`. */
  readonly title: string;
  /** A line below the title. */
  readonly subtitle?: string;
  /** What the page is about, beside its kind: a run's id. */
  readonly id: string;
  /** When it was finished, ISO 8601; shown in UTC. */
  readonly finishedAt?: string;
  /** A warning that nobody may miss, such as generated data in place of the real one. */
  readonly notice?: { readonly title: string; readonly text: string };
  /** The first is shown largest. */
  readonly headline?: readonly HeadlineNumber[];
}

/** A section of a page. What is left out leaves no trace. */
export interface PageSection {
  /** Anchor on the page: `class-balance`. */
  readonly id: string;
  readonly title: string;
  /** A sentence or two: what is to be seen. */
  readonly text?: string;
  readonly facts?: readonly Fact[];
  readonly figures?: readonly ReportFigure[];
  readonly tables?: readonly ReportTable[];
  /** Small print below: how it was computed. */
  readonly aside?: string;
}

/** What the data is and what it looks like. */
export interface DatasetSection {
  /** A sentence or two. */
  readonly text?: string;
  readonly facts?: readonly Fact[];
  readonly tables?: readonly ReportTable[];
  readonly figures?: readonly ReportFigure[];
}

/** One row of a model's summary. */
export interface LayerRow {
  /** Name and kind: `conv2d (Conv2D)`. */
  readonly layer: string;
  /** As text: `[batch, 26, 26, 16]`. */
  readonly outputShape: string;
  readonly parameters: number;
  /** Multiply-accumulates of one image, forward. */
  readonly macs: number;
}

export interface ModelSection {
  readonly text?: string;
  readonly layers: readonly LayerRow[];
}

/** How training went. */
export interface TrainingSection {
  readonly text?: string;
  readonly figures?: readonly ReportFigure[];
  readonly epochs: readonly EpochLogs[];
  /** What `fit` validated on. Default `Test`. */
  readonly validationName?: "Test" | "Validation";
}

/** Accuracies are 0..1. */
export interface ResultSection {
  readonly text?: string;
  readonly test: { readonly accuracy: number; readonly loss: number };
  readonly train: {
    /** Evaluated after training, dropout off. */
    readonly accuracy: number;
    readonly loss: number;
    /** Over the last epoch while it ran, dropout on, as Keras prints it. */
    readonly runningAccuracy: number;
  };
  /** What others reported for the same model on the same data; leave it out for any other data. */
  readonly published?: {
    /** Who: the head of the column. */
    readonly source: string;
    readonly testAccuracy: number;
    readonly trainAccuracy: number;
  };
}

/** What the model gets right and wrong, and how sure it is. */
export interface EvaluationSection extends Omit<PageSection, "id" | "title" | "figures"> {
  /** How often the test images were looked at, in a sentence. */
  readonly testLooks?: string;
  /** Figures that belong together. Of three the first has both rows, and should be the tall one. */
  readonly figureGroups?: readonly (readonly ReportFigure[])[];
}

/** Facts that belong together. */
export interface FactGroup {
  readonly title: string;
  readonly facts: readonly Fact[];
}

/** All that a run's report can show. Every section that is left out leaves no trace on the page. */
export interface ReportData extends Omit<PageHeader, "kind"> {
  readonly dataset?: DatasetSection;
  readonly model?: ModelSection;
  readonly training?: TrainingSection;
  readonly result?: ResultSection;
  readonly evaluation?: EvaluationSection;
  readonly configuration?: readonly FactGroup[];
  /** The command that repeats the run, quoted for a shell. */
  readonly command?: string;
  /** SHA-256 of the final weights in hexadecimal: the band of cloth at the head is woven from it. */
  readonly weightsSha256?: string;
}
