/** What a report shows of a programme’s theory of change, as the definition in force has it. */
export interface TheoryOfChange {
  readonly domains: readonly {
    readonly code: string;
    readonly name: string;
    readonly outcomes: readonly { readonly code: string; readonly name: string }[];
  }[];
  readonly measures: readonly {
    readonly id: string;
    readonly name: string;
    /** Code of its outcome. */
    readonly outcome: string;
    readonly term: 'medium' | 'long';
    readonly dataset: string;
    readonly of: { readonly instrument: string; readonly measure: string } | { readonly question: string };
    readonly better: 'higher' | 'lower';
  }[];
  /** Outcomes of collective impact. */
  readonly collectiveImpact?: readonly {
    readonly id: string;
    readonly name: string;
    readonly measures: readonly string[];
  }[];
}
