/**
 * SQL for the individuals who are in no family, and of whom no row has an identifier: a provider’s case number alone joins
 * their rows. They are nobody’s relative by any evidence, and often somebody else who is counted.
 *
 * Expects a common table expression `placed` with `individual` and `family`, which is the individual’s number below 0
 * where there is none. Provides `nameless`, of their individuals.
 */
export const nameless = `
  nameless AS MATERIALIZED (
    SELECT individual FROM numbered_record
    WHERE state = 'linked' AND individual IN (SELECT individual FROM placed WHERE family = -individual)
    GROUP BY individual HAVING bool_and(unidentified_case IS NOT NULL)
  )`;
