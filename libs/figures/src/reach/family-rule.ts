/** Whose family a person is who has no relative, as parts of the SQL of a figure in which `f` is the person’s `numbered_member`. */
export interface FamilyRule {
  /** Common table expressions that come first, each with a comma after it. */
  readonly expressions: string;
  /** Joined after `f`, for the number of an individual. */
  readonly joined: (individual: string) => string;
  /** In SQL, before the family of an individual. */
  readonly comment: string;
  /** The family of an individual: above 0 if rows relate several people, below 0 of one alone, null if it is not known. */
  readonly ofIndividual: (individual: string) => string;
  /** What a query of families has to ask of a family in the column of this name, after WHERE; empty where each is known. */
  readonly isKnown: (family: string) => string;
}

/** Everybody in no family is a family of one: the rule of the first versions of figures. */
export const aloneIsFamily: FamilyRule = {
  expressions: '',
  joined: () => '',
  comment: `-- Who is in no family counts as one.
           `,
  ofIndividual: (individual) => `coalesce(f.family, -${individual})`,
  isKnown: () => '',
};

/**
 * Everybody in no family is a family of one, except those of whom no row has an identifier. Nothing but a provider’s case number joins such
 * rows, so that no row can name these people as carers; many are somebody else who is counted. Whose family they are is not known.
 */
export const identifiedIsFamily: FamilyRule = {
  expressions: `nameless AS MATERIALIZED (
    SELECT DISTINCT u.individual FROM numbered_record u
    WHERE u.state = 'linked' AND u.unidentified_case IS NOT NULL AND NOT EXISTS (
      SELECT FROM numbered_record r WHERE r.individual = u.individual AND r.state = 'linked' AND r.unidentified_case IS NULL
    )
  ), `,
  joined: (individual) => `
    LEFT JOIN nameless ON nameless.individual = ${individual}`,
  comment: '',
  ofIndividual: (individual) =>
    `coalesce(f.family, CASE WHEN nameless.individual IS NULL THEN -${individual} END)`,
  isKnown: (family) => ` WHERE ${family} IS NOT NULL`,
};
