import type { LedgerEvent } from '@kinledger/contracts';
import { noConstraints, partition } from '../partition.js';
import type { HistoryPlayer } from './histories.js';
import { liveRecords } from './live-set.js';

/** What a history must now and then hold, so that a law that was tried on it says something of the case. */
export const shapes = [
  'a chain of three supersessions',
  'a withdrawal in a chain of supersessions',
  'a family in review',
  'a person who is an adult and of the workforce',
  'an individual of facts alone with two roles',
  'a token without force that facts alone hold',
  'a token that regains its force',
  'a carer who is known from facts alone',
  'children related through one another',
  'a family of a scope',
  'a family that goes up in another',
  'a merge',
  'a split',
  'a revival',
  'an omission by a full extract',
  'a record that is carried',
  'a record that falls to another submission',
  'a refusal of consent that retires',
  'an erased live record',
  'a referral: nhs-numbers-differ',
  'a referral: birth-dates-differ',
  'a referral: child-and-adult',
  'a referral: case-numbers-differ',
  'a referral: genders-differ',
  'a referral: ambiguous',
] as const;
export type Shape = (typeof shapes)[number];

/** The shapes that a history shows, from its submissions and its ledger. */
export function shapesOf(player: HistoryPlayer): ReadonlySet<Shape> {
  const found = new Set<Shape>();
  const { events } = player.world;
  lookAtChains(player, found);
  lookAtForce(player, found);
  const people = new Roles(events);
  for (const event of events) {
    people.take(event);
    lookAt(event, people, found);
  }
  for (const { workforce, adult, factsAlone, roles } of people.all()) {
    if (adult && workforce && !factsAlone) found.add('a person who is an adult and of the workforce');
    if (factsAlone && roles.size > 1) found.add('an individual of facts alone with two roles');
  }
  return found;
}

function lookAtChains({ specs, withdrawn }: HistoryPlayer, found: Set<Shape>): void {
  for (const [id, { supersedes = [] }] of specs) {
    const before = supersedes.flatMap((superseded) => specs.get(superseded)?.supersedes ?? []);
    if (before.length > 0) found.add('a chain of three supersessions');
    if (supersedes.length > 0 && [id, ...supersedes].some((one) => withdrawn.has(one)))
      found.add('a withdrawal in a chain of supersessions');
  }
}

function lookAtForce({ world, withdrawn }: HistoryPlayer, found: Set<Shape>): void {
  const live = liveRecords(world.received.values(), withdrawn);
  const { tokensWithoutForce } = partition(live, noConstraints, world.options.strategy);
  const heldByFacts = tokensWithoutForce.some(({ domain, token }) =>
    live.every(
      ({ kind, tokens }) =>
        kind === 'fact' ||
        !tokens.some((one) => one.domain === domain && one.token === token && one.use === 'identity'),
    ),
  );
  if (heldByFacts) found.add('a token without force that facts alone hold');
  let before = 0;
  for (const event of world.events) {
    if (event.type !== 'SubmissionLinked') continue;
    if (event.data.tokensWithoutForce < before) found.add('a token that regains its force');
    before = event.data.tokensWithoutForce;
  }
}

function lookAt(event: LedgerEvent, people: Roles, found: Set<Shape>): void {
  switch (event.type) {
    case 'FamilyLinked':
      if (event.data.review) found.add('a family in review');
      if (event.data.scope !== 'programme') found.add('a family of a scope');
      return;
    case 'FamilyDissolved':
      if (event.data.into !== undefined) found.add('a family that goes up in another');
      return;
    case 'RelationshipIdentified':
      if (event.data.kind === 'same-carer') found.add('children related through one another');
      else if (people.isOfFactsAlone(event.data.other)) found.add('a carer who is known from facts alone');
      return;
    case 'IndividualsMerged':
      found.add('a merge');
      return;
    case 'IndividualSplit':
      found.add('a split');
      return;
    case 'IndividualMatched':
      if (event.data.decision.rule === 'revived') found.add('a revival');
      return;
    case 'RecordsRetired':
      if (event.data.reason === 'omitted') found.add('an omission by a full extract');
      if (event.data.reason === 'consent-refused') found.add('a refusal of consent that retires');
      if (event.data.reason === 'erased') found.add('an erased live record');
      return;
    case 'RecordsCarried':
      found.add('a record that is carried');
      return;
    case 'CarrierChanged':
      found.add('a record that falls to another submission');
      return;
    case 'LinkReferred': {
      const shape = `a referral: ${event.data.reason}`;
      if (isShape(shape)) found.add(shape);
      return;
    }
    default:
      return;
  }
}

const isShape = (text: string): text is Shape => (shapes as readonly string[]).includes(text);

interface Known {
  readonly roles: Set<string>;
  adult: boolean;
  workforce: boolean;
  factsAlone: boolean;
}

/** Which roles the records of an individual had, all the records that were ever placed there. */
class Roles {
  readonly #datasets = new Map<string, string>();
  readonly #individuals = new Map<string, Known>();

  constructor(events: readonly LedgerEvent[]) {
    for (const event of events)
      if (event.type === 'SubmissionReceived') this.#datasets.set(event.data.submission, event.data.dataset);
  }

  take(event: LedgerEvent): void {
    if (event.type !== 'IndividualRegistered' && event.type !== 'IndividualMatched') return;
    const { individual, role, submission } = event.data;
    const known = this.#individuals.get(individual) ?? {
      ...{ roles: new Set<string>(), adult: false, workforce: false, factsAlone: true },
    };
    this.#individuals.set(individual, known);
    const person = this.#datasets.get(submission)?.endsWith('.user') ?? false;
    known.roles.add(role);
    if (!person) return;
    known.factsAlone = false;
    if (role === 'adult') known.adult = true;
    if (role === 'practitioner' || role === 'volunteer') known.workforce = true;
  }

  isOfFactsAlone(individual: string): boolean {
    return this.#individuals.get(individual)?.factsAlone ?? false;
  }

  all(): Iterable<Known> {
    return this.#individuals.values();
  }
}
