/** Of a quarter that is closed and not published: the name of the rule that leaves nothing. */
export const NOT_PUBLISHED = 'not-published';

/**
 * SQL of one row for each quarter that is closed: the edition that is published, else the latest one, of which nothing
 * leaves.
 */
export const closedQuarterRows = `SELECT DISTINCT ON (period) * FROM closed_quarter ORDER BY period, standing = 'published' DESC, edition DESC`;

/** SQL of whether a quarter closed with a figure, such as `reach@1`. */
export const closedWith = (name: string): string =>
  `EXISTS (SELECT FROM jsonb_array_elements(versions->'figures') AS closed_with WHERE closed_with->>'figure' = ${name})`;
