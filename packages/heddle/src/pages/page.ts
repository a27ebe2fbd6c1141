import type { Figure } from "@heddle/core/internal/figures/figure.js";

/** A page: its head and its sections. */
export interface Page extends PageHeader {
  readonly sections: readonly PageSection[];
  /** SHA-256 of a model's weights: the band of cloth at the top is woven from it. A plain twill by default. */
  readonly weightsSha256?: string;
}

/** The head of a page. */
export interface PageHeader {
  /** The kind of page: `Heddle data report`. */
  readonly kind: string;
  /** `Fashion-MNIST`. */
  readonly title: string;
  /** A line below the title. */
  readonly subtitle?: string;
  /** What the page is about, next to its kind: a run's id. */
  readonly id: string;
  /** When it was finished, ISO 8601; shown in UTC. */
  readonly finishedAt?: string;
  /** A warning that nobody may miss, such as generated data in place of the real one. */
  readonly notice?: Notice;
  /** The first is shown largest. */
  readonly headline?: readonly HeadlineNumber[];
}

/** A warning above everything else. */
export interface Notice {
  readonly title: string;
  readonly text: string;
}

/** A number that is shown large. */
export interface HeadlineNumber {
  readonly label: string;
  /** With its unit: `92.7%`. */
  readonly value: string;
  /** A few words below: `10,000 images`. */
  readonly note?: string;
}

/** A section of a page, its parts in the order in which they are shown. A section without any is not shown. */
export interface PageSection {
  /** Anchor on the page: `class-balance`. */
  readonly id: string;
  readonly title: string;
  /** A sentence or two: what there is to see. */
  readonly text?: string;
  readonly facts?: readonly Fact[];
  /** Facts under headings of their own. */
  readonly factGroups?: readonly FactGroup[];
  /** A command to copy. */
  readonly command?: string;
  readonly figures?: readonly PageFigure[];
  readonly tables?: readonly PageTable[];
  /** Small print: how it was computed. */
  readonly aside?: string;
}

/** A name and its value: a line of a description. */
export interface Fact {
  readonly label: string;
  readonly value: string;
  /** Set in a fixed-width face, such as a checksum or a command. Default false. */
  readonly code?: boolean;
}

/** Facts that belong together. */
export interface FactGroup {
  readonly title: string;
  readonly facts: readonly Fact[];
}

/** A table of text. */
export interface PageTable {
  readonly title: string;
  /** Names of the columns. */
  readonly head: readonly string[];
  /** Rows with a cell for each column. */
  readonly rows: readonly (readonly string[])[];
  /** Columns of numbers, right-aligned; counted from 0. Default none. */
  readonly numeric?: readonly number[];
  /** The last row is a total. Default false. */
  readonly total?: boolean;
  /** Set among the figures, where it fills the space that a small one leaves next to a tall one. Default false. */
  readonly amongFigures?: boolean;
  /** Hidden until the reader opens it, by this line. Default: shown. */
  readonly foldedUnder?: string;
}

/** What a page shows of a figure. */
export type PageFigure = Pick<Figure, "title" | "alt" | "svg" | "darkSvg">;
