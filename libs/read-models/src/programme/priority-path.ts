import type { PriorityRule } from '@kinledger/programme/definition';

/**
 * The rule of a priority population as a path of PostgreSQL’s SQL/JSON, whose predicates have the same three values: in
 * strict mode a member that is missing makes a comparison unknown. Of a person it expects `{ said, known, decile, inArea }`:
 * attributes, attributes without “not stated” and “not known”, and, where the residence is known, its decile and whether
 * it is in the area. `belongsTo` gives the same answers.
 */
export const priorityPath = (rule: PriorityRule): string => `strict ${predicateOf(rule)}`;

function predicateOf(rule: PriorityRule): string {
  if ('attribute' in rule) {
    const { attribute, in: values } = rule;
    const oneOf = (member: string) =>
      values.map((value) => `${member}.${JSON.stringify(attribute)} == ${JSON.stringify(value)}`);
    // What somebody did not state belongs where the rule lists it, and is unknown otherwise.
    return `(${[...oneOf('$.said'), ...oneOf('$.known')].join(' || ')})`;
  }
  if ('deprivationDecile' in rule) return `($.decile <= ${rule.deprivationDecile.atMost})`;
  if ('inArea' in rule) return `($.inArea == ${rule.inArea})`;
  if ('not' in rule) return `(!${predicateOf(rule.not)})`;
  return 'any' in rule
    ? `(${rule.any.map(predicateOf).join(' || ')})`
    : `(${rule.all.map(predicateOf).join(' && ')})`;
}
