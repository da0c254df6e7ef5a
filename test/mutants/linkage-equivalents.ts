import type { Equivalent } from './equivalent.js';

/** A line of a file in `libs/domain/src/linkage`, and the replacements meant. */
type Line = readonly [code: string, ...replacements: readonly string[]];

const inFile =
  (name: string) =>
  (because: string, ...lines: readonly Line[]): Equivalent[] =>
    lines.map(([code, ...replacements]) => ({
      ...{ file: `libs/domain/src/linkage/${name}.ts`, code, replacements, because },
    }));

const attachFact = inFile('attach-fact');
const draftDecisions = inFile('draft-decisions');
const evidence = inFile('evidence');
const groupRecords = inFile('leap-1/group-records');
const kinship = inFile('kinship');
const linkageIndex = inFile('linkage-index');
const planIdentities = inFile('plan-identities');
const planIndividuals = inFile('plan-individuals');
const planKinship = inFile('plan-kinship');
const planLiveRecords = inFile('plan-live-records');
const memoised = inFile('memoised');
const decisionScope = inFile('decision-scope');
const force = inFile('force');

const memoisesLess = 'an answer that is not memoised is computed again, from the same records';
const weighsMore = 'records are weighed anew whom the change does not reach: more work for the same';
const reachesMore = 'works kinship out anew that stands as it is: more work for the same';
const looksAtMoreKeys = 'looks at row keys whose live record stays what it is: more work for the same';

/** Mutants of linkage that change no result: caches, early exits, and redundant guards. */
export const linkageEquivalents: readonly Equivalent[] = [
  ...memoised(
    memoisesLess,
    ['if (known !== undefined) return known;', 'false'],
    ['cache.set(key, value);', ';'],
  ),
  ...decisionScope(
    memoisesLess,
    ['if (known !== undefined) return known;', 'false'],
    ['this.#links.set(token, links);', ';'],
    ['this.#relates.set(token, relates);', ';'],
  ),
  ...force(
    'clears what is empty',
    ['if (this.#birthDates.length > 0) this.#birthDates.length = 0;', 'true', '>='],
    ['if (this.#nhsNumbers.length > 0) this.#nhsNumbers.length = 0;', 'true', '>='],
    ['if (this.#cases.size > 0) this.#cases.clear();', 'true', '>='],
  ),
  ...planKinship('looks for the cluster that it has at hand', [
    'if (latest?.cluster !== cluster) latest = found.find((known) => known.cluster === cluster);',
    'true',
  ]),
  ...draftDecisions(
    'an assertion: whoever a decision names is registered by then, or the laws would meet what it throws',
    ["if (id === null) throw new Error('an individual is named before it is registered');", 'false'],
  ),
  ...evidence('a copy of a list says what the list says', [
    'return more.length === 0 ? one : [...one, ...more];',
    '([...one, ...more])',
  ]),
  ...groupRecords(
    'which of two sets takes in the other is a matter of speed: a set has no order, and its buckets have their own',
    [
      'const [large, small] = known.groups.size >= into.groups.size ? [known, into] : [into, known];',
      '>',
      '([known, into])',
      '([into, known])',
    ],
    ['if (known === into) continue;', 'false'],
  ),
  ...groupRecords('a pair that was joined or refused is so when it is asked again, the other way round', [
    'for (const [a, others] of neighbours) for (const b of others) if (a < b) edges.push([a, b]);',
    'true',
    '<=',
  ]),
  ...groupRecords(
    'a group is joined with itself: it stays what it is; and what it would be refused is not told of itself',
    ['if (one === other) return;', 'false'],
    [
      'if (one !== other && this.#reasonAgainst(one, other, level) !== null)',
      'this.#reasonAgainst(one, other, level) !== null',
    ],
  ),
  ...kinship('a token relates nobody without a child, or without a second holder', [
    'if (first === null) return;',
    'false',
  ]),
  ...linkageIndex('a live record is made live again, as it was: more work for the same', [
    'if (this.records.isLive(record)) return;',
    'false',
  ]),
  ...attachFact('an ambiguous group is refused nothing else: it is left out where links are refused', [
    "if (reason !== 'ambiguous' || subject !== group) continue;",
    'subject !== group',
  ]),
  ...planIdentities('NONE is no individual, and so none that is empty', [
    'if (last !== NONE && this.#scope.index.individuals.isEmpty(last)) dormant.push([last, entry]);',
    'this.#scope.index.individuals.isEmpty(last)',
  ]),
  ...planIndividuals(
    weighsMore,
    [
      'if (!records.isCarerAt(at) && (person || this.#flips(token))) touched.add(token);',
      'true',
      '(person || this.#flips(token))',
    ],
    ['if (!this.#scope.linkedBefore(token) && !this.#scope.linksAfter(token)) continue;', 'false'],
    ['if (!this.#scope.linkedBefore(token) && !this.#scope.linksAfter(token)) return;', 'false'],
    ['if (this.#flips(token)) this.#takeFactsOn(token);', 'true'],
    ['if (records.isCarerAt(at)) continue;', 'false'],
    ['if (this.#movesTo(fact, attachment.owner)) {', 'true'],
  ),
  ...planIndividuals(
    memoisesLess,
    ['if (this.#tokensWithFactsTaken.has(token)) return;', 'false'],
    ['this.#tokensWithFactsTaken.add(token);', ';'],
  ),
  ...planIndividuals('a group of one is worked out like any other', [
    'if (linkable.length === 1) this.#settle(only, this.#clusterFor(only, null), NONE, null);',
    'false',
  ]),
  ...planKinship(
    reachesMore,
    [
      'const stays = before === NONE ? cluster < 0 : this.#identities.individualOf(cluster) === before;',
      '(this.#identities.individualOf(cluster) === before)',
    ],
    ['if (!stays) this.#reachFrom(record);', 'true'],
    ['let evidence = false;', 'true'],
    [
      'if (this.#scope.relatedBefore(token) !== this.#scope.relatesAfter(token)) this.#reachToken(token);',
      'true',
    ],
    [
      'if (records.isCarerAt(at) !== child || this.#addsNothing(record, token)) continue;',
      'false',
      '&&',
      'records.isCarerAt(at) !== child',
      'this.#addsNothing(record, token)',
    ],
    ['if (evidence) this.#involve(before);', 'true'],
    ['if (families.familyOf(PROGRAMME, individual) !== NONE) this.#involve(individual);', 'true'],
    ['if (child) this.#reachWhomItRepresents(record, before);', 'true'],
    ['const cluster = entry === NONE ? NONE : this.#plan.clusterAt(entry);', '(this.#plan.clusterAt(entry))'],
    [
      'if (cluster >= 0 && this.#plan.knownIndividual(cluster) === NONE)',
      'true',
      '||',
      'cluster >= 0',
      'this.#plan.knownIndividual(cluster) === NONE',
    ],
    ["if (records.isPerson(record) || individuals.firstMember(before, 'persons') === NONE)", 'true'],
    ['if (records.individualOf(other) !== individual) continue;', 'true', 'break;'],
    ['if (!this.#scope.isStaying(other) || this.#plan.entryOf(other) !== NONE) continue;', 'true', 'break;'],
    ['if (!this.#scope.relatedBefore(token) && !this.#scope.relatesAfter(token)) return;', 'false'],
    ['if (children.length === 0) continue;', 'false'],
    ["return records.isLive(record) && records.outcomeOf(record) === 'placed'", 'records.isLive(record)'],
  ),
  ...planKinship(
    memoisesLess,
    ['if (this.#reachedTokens.has(token)) return;', 'false'],
    ['this.#reachedTokens.add(token);', ';'],
    ['if (cluster < 0 || this.#reachedClusters.has(cluster)) return;', 'cluster < 0'],
    ['if (individual === NONE || this.#involved.has(individual)) return;', 'individual === NONE'],
    ['if (family === NONE || this.#questioned.has(family)) continue;', 'family === NONE'],
    ['seen.add(token);', ';'],
    ['placed.add(start);', ';'],
  ),
  ...planKinship('one alone is related to nobody', ['if (members.length < 2) return;', 'false']),
  ...planLiveRecords(
    looksAtMoreKeys,
    ['const reached = period >= early && period < late;', '||', '<=', 'period >= early', 'period < late'],
    [
      'if (flips || (reached && this.#after.submissions.has(number))) this.#touchCarriages(number);',
      'true',
      'reached',
      'this.#after.submissions.has(number)',
    ],
  ),
];
