/** A fact in words. */
export type Fact = readonly [name: string, value: string];

/** What the panel shows of one thing. */
export interface Detail {
  readonly id: string;
  readonly title: string;
  /** Tells it from others at the same place. */
  readonly label: string;
  readonly tone: 'neutral' | 'good' | 'bad' | 'warn';
  /** One sentence on what it means. */
  readonly summary: string;
  readonly sections: readonly DetailSection[];
}

export interface DetailSection {
  readonly title: string;
  readonly facts: readonly Fact[];
  /** JSON to read. */
  readonly text?: string | undefined;
  /** Another thing to show. */
  readonly link?: { readonly id: string; readonly label: string } | undefined;
}
