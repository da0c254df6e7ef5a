import type { Equivalent } from './equivalent.js';

/** A line of a file in `libs/domain/src/linkage`, and the replacements on it that are meant. */
type Line = readonly [code: string, ...replacements: readonly string[]];

const inFile =
  (name: string) =>
  (because: string, ...lines: readonly Line[]): Equivalent[] =>
    lines.map(([code, ...replacements]) => ({
      ...{ file: `libs/domain/src/linkage/${name}.ts`, code, replacements, because },
    }));

const attachFact = inFile('attach-fact');
const draftDecisions = inFile('draft-decisions');
const decisionScope = inFile('decision-scope');
const families = inFile('families');
const groupRecords = inFile('leap-1/group-records');
const kinship = inFile('kinship');
const individualTable = inFile('individual-table');
const linkageIndex = inFile('linkage-index');
const planDecision = inFile('plan-decision');
const planIdentities = inFile('plan-identities');
const planIndividuals = inFile('plan-individuals');
const planKinship = inFile('plan-kinship');
const planLiveRecords = inFile('plan-live-records');

const remembersLess = 'an answer that is not remembered is worked out again, from the same records';
const weighsMore = 'records are weighed anew whom the change does not reach: more work for the same';
const reachesMore = 'works kinship out anew that stands as it is: more work for the same';
const looksAtMoreKeys = 'looks at row keys whose live record stays what it is: more work for the same';
const pastTheEnd = 'what is beyond the end of a list or a typed array is undefined, and is not written';

/** Changes to linkage that alter no answer: what is remembered, early exits, and guards that others make good. */
export const linkageEquivalents: readonly Equivalent[] = [
  ...attachFact(pastTheEnd, ['for (let index = 0; index < fact.tokens.length; index++) {', '<=']),
  ...draftDecisions('nobody asks for the submission of an erasure, which has none', [
    "if (this.#cause.kind === 'erased') throw new Error('no submission causes an erasure');",
    'false',
  ]),
  ...decisionScope(remembersLess, ['if (known !== undefined) return known;', 'false']),
  ...families('the set gains what is no individual, and is asked of individuals', [
    'if (!child && node !== undefined) adultNodes.add(node);',
    '!child',
  ]),
  ...groupRecords('removes nothing from a list, or puts all of it in its own place', [
    'if (free.length < bucket.length) bucket.splice(0, bucket.length, ...free);',
    '<=',
    'true',
  ]),
  ...groupRecords('nothing in an empty list differs from its first', [
    'return first !== undefined && bucket.some((position) => this.#find(position) !== this.#find(first));',
    'bucket.some((position) => this.#find(position) !== this.#find(first))',
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
  ...groupRecords('groups of which nothing contradicts are joined with care as they are without', [
    '([a, b]) => groups.has(this.#find(a)) && groups.has(this.#find(b)),',
    '||',
    'groups.has(this.#find(a))',
    'groups.has(this.#find(b))',
  ]),
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
  ...groupRecords(
    pastTheEnd,
    [
      'for (let position = 0; position < records.length; position++) this.#parent[position] = position;',
      '<=',
    ],
    [
      'for (let position = 0; position < groupOf.length; position++) groupOf[position] = this.#find(position);',
      '<=',
    ],
  ),
  ...kinship(pastTheEnd, ['for (let node = 0; node < nodes; node++) parent[node] = node;', '<=']),
  ...kinship(
    'a token relates nobody without a child, or without a second holder',
    ['if (children.length + adults.length < 2) continue;', 'false'],
    ['if (first === null) return;', 'false'],
  ),
  ...kinship('a node is joined with itself, or a relationship replaced by its like', [
    'if (a !== b) this.#parent[Math.max(a, b)] = Math.min(a, b);',
    'true',
  ]),
  ...individualTable('a typed array takes no value at -1, which is NONE', [
    'if (next !== NONE) this.#records.previousMember.set(next, record);',
    'true',
  ]),
  ...linkageIndex('the ledger retires a live record before it erases it', ['this.retire(record);', ';']),
  ...linkageIndex('a live record is made live again, as it was: more work for the same', [
    'if (this.records.isLive(record)) return;',
    'false',
  ]),
  ...attachFact('an ambiguous group is refused nothing else: it is left out where links are refused', [
    "if (reason !== 'ambiguous' || subject !== group) continue;",
    'subject !== group',
  ]),
  ...planDecision('a subject on which nothing was ever referred has no referrals', [
    'if (referrals.knows(subject)) for (const referral of referrals.ofSubject(subject)) standing.add(referral);',
    'true',
  ]),
  ...planDecision('an id is in the list once', [
    '.sort((one, other) => (one.id < other.id ? -1 : 1)),',
    '<=',
  ]),
  ...planDecision(
    'whatever becomes live has an entry, and so has its subject; an impersonal row’s is that of the record that it replaces',
    ['for (const record of scope.changes.becoming) question(record);', ';'],
  ),
  ...planIdentities(
    'an individual without live records is kin of nobody, in a cluster or in none',
    [
      'const cluster = this.#isOutOfReach(individual) ? this.#plan.knownCluster(individual) : NONE;',
      '(this.#plan.knownCluster(individual))',
    ],
    ['if (this.#hasPersonsOutOfReach(individual)) return true;', 'true'],
  ),
  ...planIdentities('a typed array has no value at a negative place, which so is not NONE', [
    'if (cluster < 0 || this.#plan.knownIndividual(cluster) !== NONE) continue;',
    'this.#plan.knownIndividual(cluster) !== NONE',
  ]),
  ...planIdentities(
    'what joins an individual out of reach is a fact of nobody else: whom it would leave is weighed anew, and is known no more',
    ['if (cluster < 0 || this.#plan.knownIndividual(cluster) !== NONE) continue;', '&&', 'cluster < 0'],
  ),
  ...planIdentities('NONE is no individual, and so none that is empty', [
    'if (last !== NONE && this.#scope.index.individuals.isEmpty(last)) dormant.push([last, entry]);',
    'this.#scope.index.individuals.isEmpty(last)',
  ]),
  ...planIdentities('a record that is staged, or live and set aside, has no individual', [
    'if (records.isStaged(record) || !this.#scope.isBecoming(record)) return NONE;',
    'false',
    '&&',
    'records.isStaged(record)',
    '!this.#scope.isBecoming(record)',
  ]),
  ...planIdentities(
    'an individual that comes back had no records: none of them is split from it, and it is in no family',
    ['this.#claims.set(individual, entry);', ';'],
    ['if (this.#individual.get(this.#plan.clusterAt(entry)) === individual)', 'true', 'false', '!=='],
  ),
  ...planIndividuals(
    weighsMore,
    [
      'if (!records.isCarerAt(at) && (person || this.#flips(token))) touched.add(token);',
      'true',
      '(person || this.#flips(token))',
    ],
    ['if (!this.#scope.linked(token) && !this.#scope.links(token)) continue;', 'false'],
    ['if (!this.#scope.linked(token) && !this.#scope.links(token)) return;', 'false'],
    ['if (this.#flips(token)) this.#takeFactsOn(token);', 'true'],
    ['if (records.isCarerAt(at)) continue;', 'false'],
    ['if (this.#movesTo(fact, attachment.owner)) {', 'true'],
    ['if (individual === NONE) return false;', 'false'],
  ),
  ...planIndividuals(
    remembersLess,
    ['if (this.#tokensWithFactsTaken.has(token)) return;', 'false'],
    ['this.#tokensWithFactsTaken.add(token);', ';'],
  ),
  ...planIndividuals('where every record can be linked, none is told to be unlinkable', [
    'if (linkable.length < members.length) {',
    '<=',
    'true',
  ]),
  ...planIndividuals(
    'a group of one is worked out like any other, and a group of nobody is nobody',
    ['if (linkable.length === 1 && only !== undefined) {', 'linkable.length === 1'],
    ['} else if (linkable.length > 1) {', '>=', 'true'],
  ),
  ...planIndividuals(pastTheEnd, ['for (let next = 0; next < members.length; next++) {', '<=']),
  ...planKinship(
    reachesMore,
    ['const after = cluster < 0 ? NONE : this.#identities.individualOf(cluster);', '(NONE)', '<='],
    [
      'if (before !== after || (cluster >= 0 && after === NONE)) this.#reachFrom(record);',
      'true',
      '||',
      'cluster >= 0',
      'after === NONE',
    ],
    ['let evidence = false;', 'true'],
    ['if (this.#scope.related(token) !== this.#scope.relates(token)) this.#reachToken(token);', 'true'],
    [
      'if (records.isCarerAt(at) !== child || this.#addsNothing(record, token)) continue;',
      'false',
      '&&',
      'records.isCarerAt(at) !== child',
      'this.#addsNothing(record, token)',
    ],
    ['if (evidence && before !== NONE) this.#involve(before);', 'before !== NONE'],
    ['if (child) this.#reachWhomItRepresents(record, before);', 'true'],
    ['const cluster = entry === NONE ? NONE : this.#plan.clusterAt(entry);', '(this.#plan.clusterAt(entry))'],
    [
      'if (cluster >= 0 && this.#plan.knownIndividual(cluster) === NONE) {',
      'true',
      '||',
      'cluster >= 0',
      'this.#plan.knownIndividual(cluster) === NONE',
    ],
    ["if (records.isPerson(record) || individuals.firstMember(before, 'persons') === NONE)", 'true'],
    ['if (records.individualOf(other) !== individual) continue;', 'true', 'break;'],
    ['if (!this.#scope.isStaying(other) || this.#plan.entryOf(other) !== NONE) continue;', 'true', 'break;'],
    ['if (!this.#scope.related(token) && !this.#scope.relates(token)) return;', 'false'],
    ['if (children.size === 0) continue;', 'false'],
    ["return records.isLive(record) && records.outcomeOf(record) === 'placed'", 'records.isLive(record)'],
  ),
  ...planKinship(
    remembersLess,
    ['if (this.#reachedTokens.has(token)) return;', 'false'],
    ['this.#reachedTokens.add(token);', ';'],
    ['if (this.#reachedClusters.has(cluster)) return;', 'false'],
    ['if (this.#involved.has(individual)) return;', 'false'],
    ['if (family === NONE || this.#questioned.has(family)) continue;', 'family === NONE'],
    ['seen.add(token);', ';'],
    ['placed.add(start);', ';'],
  ),
  ...planKinship('one alone is related to nobody', ['if (members.length < 2) return;', 'false']),
  ...planKinship(
    'NONE is no cluster, and an individual that begins to exist is in no family: neither is equal to one that is',
    [
      'cluster !== NONE && this.#identities.individualOf(cluster) === individual && groupOf.has(cluster)',
      'this.#identities.individualOf(cluster) === individual',
    ],
    [
      'return family === NONE || individual === NONE || families.familyOf(scope, individual) !== family;',
      'family === NONE',
    ],
  ),
  ...planKinship('of as many as before, none of them new, nobody left', [
    'const same = joined.length === 0 && members.length === group.length;',
    'false',
  ]),
  ...planLiveRecords(remembersLess, ['this.#standing.set(dataset, standing);', ';']),
  ...planLiveRecords('there is no fate of a row that is none', [
    "if (row !== NONE && fates[row] === 'live' && after !== this.#rows.records.get(row))",
    "fates[row] === 'live'",
  ]),
  ...planLiveRecords(
    'what becomes live is a set to all who ask; it is put in order where the decision is drafted',
    ['if (after !== NONE) (records.isStaged(after) ? fresh : revived).push(after);', '(fresh)', '(revived)'],
  ),
  ...planLiveRecords(
    looksAtMoreKeys,
    [
      'const reached = early !== undefined && late !== undefined && period >= early && period < late;',
      '||',
      '<=',
      'early !== undefined',
      'late !== undefined',
      'early !== undefined && late !== undefined',
      'period >= early',
      'early !== undefined && late !== undefined && period >= early',
      'period < late',
    ],
    [
      'if (flips || (reached && this.#after.submissions.has(number))) this.#touchCarriages(number);',
      'true',
      'reached',
      'this.#after.submissions.has(number)',
    ],
  ),
  ...planLiveRecords('a key without a carrier has no record, and NONE is no record that is erased', [
    'if (submission === null || record === NONE || this.#isOmitted(submission)) return NONE;',
    'submission === null',
    'record === NONE',
  ]),
];
