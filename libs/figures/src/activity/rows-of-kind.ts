/**
 * SQL of the joins and conditions of live rows of services in the period and scope that are asked for (`FigureQuestion`: $1 from,
 * $2 until, $3 by, $4 scope), as the end of a SELECT. Rows of administrative sources are of no service.
 */
export const liveRowsOfServices = `
    FROM numbered_record r
    JOIN numbered_dataset n ON n.number = r.dataset
    JOIN dataset d ON d.dataset = n.dataset
    JOIN service s ON s.service = d.service AND NOT s.administrative`;

export const asAsked = `
    r.state <> 'retired' AND ($1::date IS NULL OR r.as_of >= $1::date) AND ($2::date IS NULL OR r.as_of < $2::date)
      AND ($4::text IS NULL OR $4 = 'programme' OR $4 = 'strand:' || s.strand OR $4 = 'service:' || s.service)`;

/** The first day of the quarter of a day, where quarters are asked for; -infinity of a whole period. */
export const startOf = (day: string): string =>
  `CASE WHEN $3 = 'quarter' THEN date_trunc('quarter', ${day})::date ELSE '-infinity' END`;
