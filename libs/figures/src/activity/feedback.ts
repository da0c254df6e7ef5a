import type { CountColumns } from '../count-columns.js';
import { defineFigure } from '../figure.js';
import { inScopes, startOfAnswer } from '../reach/qualifying.js';
import { shareColumns } from '../statistics/derived.js';
import { asAsked, liveRowsOfServices, startOf } from './rows-of-kind.js';

const answers = { unit: 'rows', disclosure: 'protected', mayChangeBy: 'rows' } as const;

export const feedbackColumns = {
  answers: { ...answers, meaning: 'Answers to the question, anonymous ones included.' },
  topTwo: { ...answers, meaning: 'Of the answers, those that are one of the two highest.' },
  respondents: {
    ...{ unit: 'people', disclosure: 'protected' },
    meaning: 'Individuals who answered it; who answered without a name is none.',
  },
} as const satisfies CountColumns;

/** Answers to the questions of services: how many are one of the two highest. */
export const feedback = defineFigure({
  id: 'feedback',
  version: 1,
  title: 'Feedback: answers that are one of the two highest',
  readFrom: 'feedback',
  columns: feedbackColumns,
  dimensions: {
    question: { type: 'text', meaning: 'The question.' },
    respondent: {
      type: 'text',
      meaning: 'families; or workforce, for answers of practitioners and volunteers.',
    },
  },
  derived: shareColumns('topTwo', {
    ...{ part: 'topTwo', whole: 'answers', meaning: 'topTwo as a share of the answers.' },
  }),
  sql: `
  WITH answer AS MATERIALIZED (
    SELECT ${startOf('r.as_of')} AS start, s.strand, s.service, r.individual, f.question,
           CASE WHEN r.role IN ('practitioner', 'volunteer') THEN 'workforce' ELSE 'families' END AS respondent,
           f.rating >= (SELECT coalesce((p.definition -> 'reporting' ->> 'highestRating')::int, 5) - 1 FROM programme p) AS top_two
           ${liveRowsOfServices}
    JOIN numbered_feedback f ON f.record = r.number
    WHERE ${asAsked}
  )
  SELECT ${startOfAnswer}, scope, question, respondent, count(*)::int, (count(*) FILTER (WHERE top_two))::int,
         count(DISTINCT individual)::int
  FROM ${inScopes('answer')}
  GROUP BY start, scope, question, respondent
  ORDER BY start, scope COLLATE "C", question COLLATE "C", respondent COLLATE "C"`,
});
