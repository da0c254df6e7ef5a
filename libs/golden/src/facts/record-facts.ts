import { measuresNamed } from '../dimensions/measures.js';
import type { GoldenTable } from '../golden-table.js';
import { dateColumn, dateKey, datasets, recordColumns, recordKey, recordValues, UNKNOWN } from '../keys.js';

const day = dateKey('r.as_of');

const eventDate = dateColumn('event_date', 'The day of the event.', 'fact eventDate');

/** Facts of rows that have been retired or erased are gone. */
const live = `r.state <> 'retired'`;

export const registration: GoldenTable = {
  name: 'registration',
  kind: 'fact',
  grain: 'one live row of a dataset of people',
  meaning:
    'Who is registered with which service. An individual may be registered many times: count individuals, not rows.',
  readers: 'data team',
  key: ['registration_key'],
  columns: {
    registration_key: recordKey,
    registration_date_key: dateColumn('registration_date', 'The day of registration.', 'fact registeredOn'),
    ...recordColumns,
  },
  common: datasets,
  sql: `SELECT r.number, ${day}, ${recordValues}
FROM numbered_record r JOIN datasets d ON d.number = r.dataset
WHERE d.data_type = 'user' AND ${live}`,
};

export const engagement: GoldenTable = {
  name: 'engagement',
  kind: 'fact',
  grain: 'one live row of attendance: one person at one session or contact',
  meaning:
    'Who attended what. Reach is a distinct count, and no sum of parts: take it from published_count, or count distinct individuals of qualifying rows.',
  readers: 'data team',
  key: ['engagement_key'],
  columns: {
    engagement_key: recordKey,
    event_date_key: eventDate,
    ...recordColumns,
    session_kind: { type: 'text', meaning: 'The kind of session.', source: 'fact sessionKind' },
    attended: { type: 'boolean', meaning: 'Whether the person attended.', source: 'fact attended' },
    qualifying: {
      type: 'boolean',
      meaning: 'Whether it counts towards reach.',
      source: 'facts attended and sessionKind',
      definition: 'attended, and the session kind is one that the dataset’s schema lists',
    },
    minutes: {
      type: 'int',
      nullable: true,
      meaning: 'Length. Null: not recorded.',
      unit: 'minutes',
      source: 'fact minutes',
    },
  },
  common: datasets,
  sql: `SELECT r.number, ${day}, ${recordValues}, r.session_kind, r.attended, r.qualifying, r.minutes
FROM numbered_record r LEFT JOIN datasets d ON d.number = r.dataset
WHERE r.session_kind IS NOT NULL AND ${live}`,
};

export const outcome: GoldenTable = {
  name: 'outcome',
  kind: 'fact',
  grain: 'one measurement of a live row of an assessment',
  meaning: 'Scores of instruments. Compare the same instrument and measure only.',
  readers: 'data team',
  key: ['outcome_key', 'place'],
  columns: {
    outcome_key: recordKey,
    place: {
      type: 'int',
      meaning: 'The measurement’s place in its row, from 0.',
      source: 'the order of the row’s columns',
    },
    event_date_key: eventDate,
    ...recordColumns,
    measure_key: {
      type: 'int',
      meaning: 'What is measured.',
      source: 'facts instrument and measure',
      refersTo: { table: 'measure' },
    },
    occasion: {
      type: 'text',
      meaning: 'When in the course of the service, such as first or last.',
      source: 'fact occasion',
    },
    score: {
      type: 'double precision',
      meaning: 'The score.',
      unit: 'points of the instrument',
      source: 'fact score',
    },
  },
  common: `${datasets}, ${measuresNamed}`,
  sql: `SELECT r.number, f.place::int, ${day}, ${recordValues}, coalesce(m.measure_key, ${UNKNOWN}), f.occasion, f.score
FROM numbered_outcome f JOIN numbered_record r ON r.number = f.record
LEFT JOIN datasets d ON d.number = r.dataset
LEFT JOIN measures m ON m.kind = 'score' AND m.instrument = f.instrument AND m.measure = f.measure
WHERE ${live}`,
};

export const feedback: GoldenTable = {
  name: 'feedback',
  kind: 'fact',
  grain: 'one live row of an answer to a question',
  meaning: 'Ratings of services. Comments never leave the restricted zone.',
  readers: 'data team',
  key: ['feedback_key'],
  columns: {
    feedback_key: recordKey,
    event_date_key: eventDate,
    ...recordColumns,
    measure_key: {
      type: 'int',
      meaning: 'The question.',
      source: 'fact question',
      refersTo: { table: 'measure' },
    },
    rating: {
      type: 'int',
      meaning: 'The answer.',
      unit: 'points of the question’s scale',
      source: 'fact rating',
    },
  },
  common: `${datasets}, ${measuresNamed}`,
  sql: `SELECT r.number, ${day}, ${recordValues}, coalesce(m.measure_key, ${UNKNOWN}), f.rating
FROM numbered_feedback f JOIN numbered_record r ON r.number = f.record
LEFT JOIN datasets d ON d.number = r.dataset
LEFT JOIN measures m ON m.kind = 'rating' AND m.question = f.question
WHERE ${live}`,
};

export const input: GoldenTable = {
  name: 'input',
  kind: 'fact',
  grain: 'one live row of what a service used',
  meaning: 'Money, time and material. Add up only quantities of one unit.',
  readers: 'data team',
  key: ['input_key'],
  columns: {
    input_key: recordKey,
    event_date_key: eventDate,
    ...recordColumns,
    category: { type: 'text', meaning: 'financial, human, material or activity.', source: 'fact category' },
    item: { type: 'text', meaning: 'What was used.', source: 'fact item' },
    quantity: {
      type: 'double precision',
      meaning: 'How much, in the unit of the row.',
      source: 'fact quantity',
    },
    unit: { type: 'text', meaning: 'The unit of the quantity.', source: 'fact unit' },
  },
  common: datasets,
  sql: `SELECT r.number, ${day}, ${recordValues}, f.category, f.item, f.quantity, f.unit
FROM numbered_input f JOIN numbered_record r ON r.number = f.record
LEFT JOIN datasets d ON d.number = r.dataset
WHERE ${live}`,
};

export const servicePair: GoldenTable = {
  name: 'service_pair',
  kind: 'fact',
  grain: 'one individual and two services that it has used, in the order of first use',
  meaning:
    'Which services people use together, and in which order. An individual with four services has six rows. Sensitive datasets are left out.',
  readers: 'data team',
  key: ['individual_key', 'first_service_key', 'second_service_key'],
  columns: {
    individual_key: recordColumns.individual_key,
    first_service_key: { ...recordColumns.service_key, meaning: 'The service used first.' },
    second_service_key: { ...recordColumns.service_key, meaning: 'The service used later.' },
    first_use_date_key: dateColumn(
      'first_use_date',
      'First qualifying engagement with the first service.',
      'fact eventDate',
    ),
    second_use_date_key: dateColumn(
      'second_use_date',
      'First qualifying engagement with the second service.',
      'fact eventDate',
    ),
    days_between: {
      type: 'int',
      meaning:
        'Days from the one to the other. 0: on the same day, so that the order is that of the definition.',
      unit: 'days',
      source: 'fact eventDate',
    },
  },
  common: `${datasets}, used AS MATERIALIZED (
  SELECT r.individual, d.service_key, min(r.as_of) AS day
  FROM numbered_record r JOIN datasets d ON d.number = r.dataset
  WHERE r.state = 'linked' AND r.qualifying AND r.individual IS NOT NULL AND r.as_of IS NOT NULL
    AND d.service_key <> ${UNKNOWN} AND NOT d.sensitive
  GROUP BY r.individual, d.service_key
)`,
  sql: `SELECT a.individual, a.service_key, b.service_key, ${dateKey('a.day')}, ${dateKey('b.day')}, b.day - a.day
FROM used a JOIN used b ON b.individual = a.individual AND (a.day, a.service_key) < (b.day, b.service_key)`,
};
