import { dataOutputSpecification, type DataOutputSpecification } from './specification.js';

/** A specification of two datasets of LEAP, with some of it replaced. */
export const specificationOf = (
  rest: {
    readonly [Name in keyof DataOutputSpecification]?: unknown;
  } = {},
): DataOutputSpecification =>
  dataOutputSpecification.parse({
    version: 1,
    study: 'collective-impact',
    title: 'Collective impact of the programme',
    purpose: 'Whether children whose families used services develop as others do.',
    recipient: {
      organisation: 'Example University',
      people: 'Two analysts, accredited researchers',
      setting: 'A trusted research environment without access to the internet',
      outputs: 'Tables of ten people or more, checked by two people',
    },
    approval: { reference: 'DPIA-collective-impact', on: '2025-11-03' },
    expires: '2027-03-31',
    cohort: { who: 'engaged', roles: ['child', 'adult'] },
    datasets: ['natural-thinkers.user', 'natural-thinkers.engagement'],
    attributes: [],
    area: 'none',
    families: false,
    ...rest,
  });
