/**
 * SQL for how many people the rows of one individual could be, for the upper bound of reach. Rows are of one person if
 * an NHS number, a birth date (beside the identifier that linked them) or one provider’s case number says so, directly
 * or through the individual’s other records. The remaining rows could be as many people as there are case numbers, or
 * rows without one. A row without an identifier has no marks (see MarkedBody), so that it could always be one more.
 *
 * Expects a common table expression `attended` of linked rows with `record`, `individual`, `marks` and `case_mark`.
 * Provides `told_apart`: those rows with `somebody`, equal for rows of one person, and `born_alone`, true if only a birth
 * date distinguishes the row’s person from others.
 * @param certain further columns, after a comma
 */
export const toldApart = (certain = ''): string => `
  of_case AS MATERIALIZED (
    SELECT r.individual, r.case_mark, bit_or(r.marks) AS marks, bool_or(r.marks = 3) AS says_both
    FROM numbered_record r
    WHERE r.state = 'linked' AND r.individual IN (SELECT individual FROM attended)
    GROUP BY r.individual, r.case_mark
  ), joined AS MATERIALIZED (
    SELECT individual, bool_or(CASE WHEN case_mark IS NULL THEN says_both ELSE marks = 3 END) AS one
    FROM of_case GROUP BY individual
  ), told_apart AS (
    SELECT a.*, (a.marks | coalesce(c.marks, 0)) = 2 AS born_alone,
           CASE WHEN a.marks | coalesce(c.marks, 0) = 0 THEN coalesce('case ' || a.case_mark, 'row ' || a.record)
                WHEN j.one THEN 'confirmed'
                WHEN (a.marks | coalesce(c.marks, 0)) & 1 = 1 THEN 'by NHS number'
                ELSE 'by birth date' END AS somebody${certain}
    FROM attended a
    JOIN joined j USING (individual)
    LEFT JOIN of_case c ON c.individual = a.individual AND c.case_mark = a.case_mark
  )`;

/**
 * The column `for_certain`: as `somebody`, without trust in a score, which may have joined rows whose birth dates are the same. No score joins two
 * NHS numbers, and none is needed within one case.
 */
export const forCertain = `,
           CASE WHEN (a.marks | coalesce(c.marks, 0)) & 1 = 1 THEN 'by NHS number'
                ELSE coalesce('case ' || a.case_mark, 'row ' || a.record) END AS for_certain`;
