import type { Programme } from '@kinledger/programme';
import { groupOfFive } from './file-rows.ts';
import type { Kin, LinkedRow } from './linkage.ts';

export type Value = string | number | null;
/** A row of a figure: scope, dimensions and columns by their names. */
export type Counted = Readonly<Record<string, Value>>;

/** A period, from its first day up to the day after it; null where it has no bound. */
export interface Asked {
  readonly from: string | null;
  readonly until: string | null;
}

const plusDays = (day: string, days: number): string =>
  new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10);
const daysBetween = (one: string, other: string): number =>
  Math.round((Date.parse(other) - Date.parse(one)) / 86_400_000);
const months = (day: string): number => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7));
const byText = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

/** Adds to the set of a key. */
function put<Key>(sets: Map<Key, Set<string>>, key: Key, member: string): void {
  const set = sets.get(key);
  if (set === undefined) sets.set(key, new Set([member]));
  else set.add(member);
}

/** The value of a key, made where there is none. */
function at<Key, Made>(map: Map<Key, Made>, key: Key, make: () => Made): Made {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

interface Person {
  readonly attributes: Readonly<Record<string, string>>;
  readonly decile: number | undefined;
  readonly inArea: boolean | undefined;
  readonly ward: string | undefined;
}

interface Use {
  readonly service: string;
  readonly since: string;
}

interface Terms {
  readonly from: string;
  readonly minimum: number;
  readonly intended: number;
  readonly endsAfterDays?: number;
}

/**
 * Counts every figure again from rows of files, the programme definition and a linkage: nothing here comes from the
 * program that it checks, and every count is a set or a number of rows.
 */
export class Recount {
  readonly #programme: Programme;
  readonly #kin: Kin;
  readonly #rows: readonly LinkedRow[];
  readonly #qualifying: readonly LinkedRow[];
  readonly #people = new Map<string, Person>();
  readonly #scopes = new Map<string, readonly string[]>();
  readonly #administrative: ReadonlySet<string>;
  readonly #places = new Map<string, number>();
  readonly #carersOf = new Map<string, Set<string>>();
  readonly #childrenOf = new Map<string, Set<string>>();
  readonly #areas: ReadonlyMap<string, { decile: number; inArea: boolean; ward: string | undefined }>;
  readonly #hasWards: boolean;

  constructor(programme: Programme, rows: readonly LinkedRow[], kin: Kin) {
    this.#programme = programme;
    this.#kin = kin;
    this.#rows = rows;
    const { definition } = programme;
    for (const { id, strand } of definition.services)
      this.#scopes.set(id, [
        'programme',
        ...(strand === undefined ? [] : [`strand:${strand}`]),
        `service:${id}`,
      ]);
    this.#administrative = new Set(
      definition.services.filter(({ administrative }) => administrative).map(({ id }) => id),
    );
    const strands = definition.strands.map(({ id }) => id as string);
    const placeOf = (strand: string | undefined) =>
      strand === undefined ? strands.length : strands.indexOf(strand);
    for (const { id } of definition.services.toSorted((a, b) => placeOf(a.strand) - placeOf(b.strand)))
      this.#places.set(id, this.#places.size);
    this.#areas = new Map(
      definition.area.lsoas.map(({ code, deprivationDecile, inArea, ward }) => [
        code,
        { decile: deprivationDecile, inArea, ward },
      ]),
    );
    this.#hasWards = [...this.#areas.values()].some(({ ward }) => ward !== undefined);
    const kinds = new Map(
      programme.datasets.map(({ id }) => [id as string, programme.qualifyingSessionKinds(id)]),
    );
    this.#qualifying = rows.filter(
      ({ session, dataset }) =>
        session !== undefined && session.attended && kinds.get(dataset)?.has(session.kind) === true,
    );
    for (const [child, carer] of kin.carers) {
      put(this.#carersOf, child, carer);
      put(this.#childrenOf, carer, child);
    }
    this.#survive();
  }

  /** Every figure by its name. */
  all(asked: Asked): ReadonlyMap<string, readonly Counted[]> {
    return new Map<string, readonly Counted[]>([
      ['reach', this.#reach(asked)],
      ['reach-by-deprivation', this.#byDeprivation(asked)],
      ['reach-new-and-returning', this.#newAndReturning(asked)],
      ['reach-by-area', this.#byArea(asked)],
      ['reach-by-characteristic', this.#byCharacteristic(asked)],
      ['reach-by-priority', this.#byPriority(asked)],
      ['reach-through-carers', this.#throughCarers(asked)],
      ['reach-by-services-used', this.#byServicesUsed(asked)],
      ['service-pairs', this.#pairs(asked)],
      ['service-steps', this.#steps(asked)],
      ['dosage', this.#dosage(asked)],
      ['population-reached', this.#population(asked)],
      ['participation', this.#participation(asked)],
      ['activity', this.#activity(asked)],
      ['activity-by-kind', this.#activityByKind(asked)],
      ['feedback', this.#feedback(asked)],
      ['workforce', this.#workforce(asked)],
      ['inputs', this.#inputs(asked)],
      ['targets', this.#targets(asked)],
      ['outcomes', this.#outcomes(asked)],
      ['impact-cohort', this.#impactCohort(asked)],
      ['collective-impact', this.#collectiveImpact(asked)],
    ]);
  }

  /** What survives of each person: of the record of the highest authority, then the latest. */
  #survive(): void {
    const { authority } = this.#programme.definition;
    const authorityOf = (dataset: string) => {
      const place = (authority as readonly string[]).indexOf(dataset);
      return place < 0 ? authority.length : place;
    };
    const rank = (period: string): number => {
      const year = Number(period.slice(0, 4));
      return period.endsWith('AY')
        ? (year * 12 + 9) * 100 + 12
        : (year * 12 + 1 + 3 * Number(period.at(-1))) * 100 + 3;
    };
    const records = new Map<string, LinkedRow[]>();
    for (const row of this.#rows) {
      if (row.person === undefined || row.reason !== undefined) continue;
      const isOfPerson = row.dataset.endsWith('.user');
      if (isOfPerson || Object.keys(row.attributes).length > 0) at(records, row.person, () => []).push(row);
    }
    for (const [person, own] of records) {
      own.sort(
        (a, b) =>
          authorityOf(a.dataset) - authorityOf(b.dataset) ||
          byText(b.day ?? '', a.day ?? '') ||
          rank(b.period) - rank(a.period) ||
          byText(a.rowKey, b.rowKey),
      );
      const attributes: Record<string, string> = {};
      for (const row of own.toReversed()) Object.assign(attributes, row.attributes);
      const home = attributes['lsoa'] === undefined ? undefined : this.#areas.get(attributes['lsoa']);
      this.#people.set(person, {
        ...{ attributes, decile: home?.decile, inArea: home?.inArea, ward: home?.ward },
      });
    }
  }

  /** What survives of everybody who has a record that says something. */
  surviving(): ReadonlyMap<string, Readonly<Record<string, string>>> {
    return new Map([...this.#people].map(([person, { attributes }]) => [person, attributes]));
  }

  #person(person: string): Person {
    return (
      this.#people.get(person) ?? { attributes: {}, decile: undefined, inArea: undefined, ward: undefined }
    );
  }

  #scopesOf(service: string): readonly string[] {
    return this.#scopes.get(service) ?? [];
  }

  #within(rows: readonly LinkedRow[], { from, until }: Asked): readonly LinkedRow[] {
    return rows.filter(
      ({ day }) =>
        (from === null && until === null) ||
        (day !== null && (from === null || day >= from) && (until === null || day < until)),
    );
  }

  /** Visits of children and adults in the period, by scope, with the family. */
  #visits(asked: Asked): ReadonlyMap<string, readonly Visit[]> {
    const found = new Map<string, Visit[]>();
    for (const { person, reason, role, service, day } of this.#within(this.#qualifying, asked)) {
      if (person === undefined || reason !== undefined || (role !== 'child' && role !== 'adult')) continue;
      const visit: Visit = { person, role, service, day: day ?? '', family: this.#kin.familyOf(person) };
      for (const scope of this.#scopesOf(service)) at(found, scope, () => []).push(visit);
    }
    return found;
  }

  /** Rows of children and adults that belong to nobody, by scope. */
  #nobodys(asked: Asked): ReadonlyMap<string, { unlinkable: number; referred: number }> {
    const found = new Map<string, { unlinkable: number; referred: number }>();
    for (const { reason, role, service } of this.#within(this.#qualifying, asked)) {
      if ((reason !== 'unlinkable' && reason !== 'referred') || (role !== 'child' && role !== 'adult'))
        continue;
      for (const scope of this.#scopesOf(service))
        at(found, scope, () => ({ unlinkable: 0, referred: 0 }))[reason] += 1;
    }
    return found;
  }

  #reach(asked: Asked): readonly Counted[] {
    const rows = this.#within(this.#qualifying, asked);
    const visits = this.#visits(asked);
    const nobodys = this.#nobodys(asked);
    const workforce = new Map<string, Set<string>>();
    const anonymous = new Map<string, number>();
    for (const { person, reason, role, service } of rows) {
      for (const scope of this.#scopesOf(service)) {
        if (reason === 'impersonal') anonymous.set(scope, (anonymous.get(scope) ?? 0) + 1);
        if (person !== undefined && reason === undefined && (role === 'practitioner' || role === 'volunteer'))
          put(workforce, scope, person);
      }
    }
    const doubts = this.#toldApart(rows);
    const scopes = new Set([
      ...[...visits.keys(), ...nobodys.keys(), ...workforce.keys(), ...anonymous.keys()],
    ]);
    return [...scopes].map((scope) => {
      const here = visits.get(scope) ?? [];
      const reached = new Set(here.map(({ person }) => person));
      const through = new Set<string>();
      for (const { person, role } of here)
        if (role === 'adult')
          for (const child of this.#childrenOf.get(person) ?? []) if (!reached.has(child)) through.add(child);
      const { unlinkable, referred } = nobodys.get(scope) ?? { unlinkable: 0, referred: 0 };
      const { indistinct, byBirthDateAlone } = doubts.get(scope) ?? { indistinct: 0, byBirthDateAlone: 0 };
      return {
        scope,
        ...countsOf(here),
        individuals: reached.size,
        childrenThroughCarerOnly: through.size,
        workforce: workforce.get(scope)?.size ?? 0,
        ...{ unlinkable, referred, indistinct },
        upperBound: reached.size + unlinkable + referred + indistinct,
        anonymous: anonymous.get(scope) ?? 0,
        byBirthDateAlone,
      };
    });
  }

  /** How many more people the rows of individuals could be, by what the linker marked on each row. */
  #toldApart(
    attended: readonly LinkedRow[],
  ): ReadonlyMap<string, { indistinct: number; byBirthDateAlone: number }> {
    const people = new Set(attended.map(({ person }) => person));
    const cases = new Map<string, Map<string | null, { marks: number; both: boolean }>>();
    for (const { person, reason, marks, case: number } of this.#rows) {
      if (person === undefined || reason !== undefined || !people.has(person)) continue;
      const own = at(
        at(cases, person, () => new Map<string | null, { marks: number; both: boolean }>()),
        number,
        () => ({ marks: 0, both: false }),
      );
      own.marks |= marks;
      own.both ||= marks === 3;
    }
    const somebodies = new Map<string, Map<string, { names: Set<string>; born: boolean }>>();
    for (const [index, row] of attended.entries()) {
      const { person, reason, role, service, marks, case: number } = row;
      if (person === undefined || reason !== undefined || (role !== 'child' && role !== 'adult')) continue;
      const own = cases.get(person);
      const all = marks | (number === null ? 0 : (own?.get(number)?.marks ?? 0));
      const one = [...(own ?? [])].some(([key, of]) => (key === null ? of.both : of.marks === 3));
      const name =
        all === 0
          ? number === null
            ? `row ${index}`
            : `case ${number}`
          : one
            ? 'confirmed'
            : (all & 1) === 1
              ? 'number'
              : 'born';
      for (const scope of this.#scopesOf(service)) {
        const said = at(
          at(somebodies, scope, () => new Map<string, { names: Set<string>; born: boolean }>()),
          person,
          () => ({ names: new Set<string>(), born: false }),
        );
        said.names.add(name);
        said.born ||= all === 2;
      }
    }
    return new Map(
      [...somebodies].map(([scope, individuals]) => {
        const all = [...individuals.values()];
        return [
          scope,
          {
            indistinct: all.reduce((sum, { names }) => sum + names.size - 1, 0),
            byBirthDateAlone: all.filter(({ born }) => born).length,
          },
        ];
      }),
    );
  }

  #byDeprivation(asked: Asked): readonly Counted[] {
    return this.#broken(asked, ({ person }) => ({ decile: this.#person(person).decile ?? null }), undefined, [
      'families',
    ]);
  }

  #byArea(asked: Asked): readonly Counted[] {
    const { edition, boundaryYear } = this.#programme.definition.area;
    const named = { edition: edition ?? `${boundaryYear} boundaries` };
    return this.#broken(
      asked,
      ({ person }) => {
        const { inArea } = this.#person(person);
        return { area: inArea === undefined ? null : inArea ? 'in' : 'out', ...named };
      },
      { area: null, ...named },
      ['families'],
    );
  }

  #byPriority(asked: Asked): readonly Counted[] {
    const { priorityPopulation } = this.#programme.definition;
    if (priorityPopulation === undefined) throw new Error('the programme has no priority population');
    const rule = `${priorityPopulation.name}, version ${priorityPopulation.version}`;
    const last = new Map<string, string>();
    for (const visits of this.#visits(asked).values())
      for (const { person, day } of visits) if (day > (last.get(person) ?? '')) last.set(person, day);
    const judged = new Map<string, string | null>();
    const judge = (person: string) => {
      if ((last.get(person) ?? '') < priorityPopulation.from) return 'not-judged';
      const belongs = judgedBy(priorityPopulation.rule, this.#person(person));
      return belongs === undefined ? null : belongs ? 'yes' : 'no';
    };
    return this.#broken(
      asked,
      ({ person }) => ({ priority: at(judged, person, () => judge(person)), rule }),
      { priority: null, rule },
      ['families'],
    );
  }

  #byCharacteristic(asked: Asked): readonly Counted[] {
    const first = new Map<string, string>();
    for (const visits of this.#visits(asked).values())
      for (const { person, day } of visits) if (day < (first.get(person) ?? '9')) first.set(person, day);
    const band = ({ person }: Visit): string | null => {
      const on = asked.until === null ? first.get(person) : plusDays(asked.until, -1);
      const born = this.#person(person).attributes['birthMonth'];
      if (born === undefined || on === undefined) return null;
      const age = Math.floor((months(on) - months(born)) / 12);
      if (age < 0) return 'before-birth';
      if (age < 5) return String(age);
      const low = 5 * Math.floor(age / 5);
      return age < 50 ? `${low}-${low + 4}` : '50+';
    };
    const text = (number: number | undefined) => (number === undefined ? null : String(number));
    const values = new Map<string, (visit: Visit) => string | null>([
      ...[...this.#characteristics()].map(
        ([name, said]) => [name, ({ person, role }: Visit) => said(person, role)] as const,
      ),
      ['ageBand', band],
      ['deprivationDecile', ({ person }) => text(this.#person(person).decile)],
      [
        'deprivationQuintile',
        ({ person }) => {
          const { decile } = this.#person(person);
          return decile === undefined ? null : String(Math.ceil(decile / 2));
        },
      ],
      ['lsoa', ({ person }) => this.#person(person).attributes['lsoa'] ?? null],
    ]);
    if (this.#hasWards) values.set('ward', ({ person }) => this.#wardOf(person));
    return [...values].flatMap(([characteristic, value]) =>
      this.#broken(
        asked,
        (visit) => ({ characteristic, value: value(visit) }),
        { characteristic, value: null },
        [],
      ),
    );
  }

  #wardOf(person: string): string | null {
    const { attributes, ward } = this.#person(person);
    return attributes['lsoa'] === undefined ? null : (ward ?? 'no-ward');
  }

  /** What a person of a role counts as, by each characteristic that services ask for. */
  #characteristics(): ReadonlyMap<string, (person: string, role: string) => string | null> {
    const roles = new Map<string, Set<string>>();
    const ethnic = new Set<string>();
    for (const { dataType, schema, sensitive, service } of this.#programme.datasets) {
      if (dataType !== 'user' || sensitive === true || this.#administrative.has(service)) continue;
      const ofRows =
        schema['x-kinledger'].role === undefined ? ['child', 'adult'] : [schema['x-kinledger'].role];
      for (const { 'x-kinledger': field } of schema.fields) {
        if (field.target?.to !== 'attribute' || field.codeSystem === 'consent-form-version') continue;
        if (field.codeSystem !== undefined) ethnic.add(field.target.name);
        for (const role of ofRows)
          if (field.roles === undefined || (field.roles as readonly string[]).includes(role))
            put(roles, field.target.name, role);
      }
    }
    const found = new Map<string, (person: string, role: string) => string | null>();
    for (const [name, asked] of roles) {
      const said = (person: string, role: string, as: (value: string) => string): string | null => {
        const value = this.#person(person).attributes[name];
        return value === undefined ? (asked.has(role) ? null : 'not-applicable') : as(value);
      };
      found.set(name, (person, role) => said(person, role, (value) => value));
      if (ethnic.has(name)) found.set(`${name}Group`, (person, role) => said(person, role, groupOfFive));
    }
    return found;
  }

  /** Reach by what is said of each visit; rows of nobody stand where that is unknown. */
  #broken(
    asked: Asked,
    dimensionsOf: (visit: Visit) => Counted,
    unknown: Counted | undefined,
    more: readonly 'families'[],
  ): readonly Counted[] {
    const nobodys = unknown === undefined ? new Map<string, never>() : this.#nobodys(asked);
    const visits = this.#visits(asked);
    const scopes = new Set([...visits.keys(), ...nobodys.keys()]);
    const unknownKey = JSON.stringify(unknown);
    return [...scopes].flatMap((scope) => {
      const groups = new Map<string, { child: Set<string>; adult: Set<string>; family: Set<string> }>();
      for (const visit of visits.get(scope) ?? []) {
        const group = at(groups, JSON.stringify(dimensionsOf(visit)), () => ({
          ...{ child: new Set<string>(), adult: new Set<string>(), family: new Set<string>() },
        }));
        group[visit.role].add(visit.person);
        group.family.add(visit.family);
      }
      const doubts = nobodys.get(scope) ?? { unlinkable: 0, referred: 0 };
      if (doubts.unlinkable + doubts.referred > 0)
        at(groups, unknownKey, () => ({ child: new Set(), adult: new Set(), family: new Set() }));
      return [...groups].map(([key, { child, adult, family }]) => ({
        scope,
        ...(JSON.parse(key) as Counted),
        ...{ children: child.size, adults: adult.size },
        ...(more.includes('families') ? { families: family.size } : {}),
        ...(unknown === undefined ? {} : key === unknownKey ? doubts : { unlinkable: 0, referred: 0 }),
      }));
    });
  }

  #newAndReturning(asked: Asked): readonly Counted[] {
    const until = this.#visits({ from: null, until: asked.until });
    const nobodys = this.#nobodys(asked);
    return [...new Set([...until.keys(), ...nobodys.keys()])].map((scope) => {
      const ever = until.get(scope) ?? [];
      const isBefore = ({ day }: Visit) => asked.from !== null && day < asked.from;
      const kinds = {
        Children: ({ role, person }: Visit) => (role === 'child' ? person : undefined),
        Adults: ({ role, person }: Visit) => (role === 'adult' ? person : undefined),
        Individuals: ({ person }: Visit) => person,
        Families: ({ family }: Visit) => family,
      };
      const counts: Record<string, number> = {};
      for (const [kind, of] of Object.entries(kinds)) {
        const before = new Set(ever.filter(isBefore).flatMap((visit) => of(visit) ?? []));
        const now = new Set(ever.filter((visit) => !isBefore(visit)).flatMap((visit) => of(visit) ?? []));
        counts[`new${kind}`] = now.difference(before).size;
        counts[`returning${kind}`] = now.intersection(before).size;
        counts[`lifetime${kind}`] = now.union(before).size;
      }
      return { scope, ...counts, ...(nobodys.get(scope) ?? { unlinkable: 0, referred: 0 }) };
    });
  }

  #throughCarers(asked: Asked): readonly Counted[] {
    return [...this.#visits(asked)].map(([scope, here]) => {
      const reached = new Set(here.map(({ person }) => person));
      const adults = new Set(here.flatMap(({ person, role }) => (role === 'adult' ? person : [])));
      const children = new Set(here.flatMap(({ person, role }) => (role === 'child' ? person : [])));
      const counts = { withCarer: 0, carerNotReached: 0, noKnownCarer: 0 };
      for (const child of children) {
        const carers = this.#carersOf.get(child);
        if (carers === undefined) counts.noKnownCarer += 1;
        else if (carers.isDisjointFrom(adults)) counts.carerNotReached += 1;
        else counts.withCarer += 1;
      }
      const through = new Set(
        [...adults].flatMap((adult) => [...(this.#childrenOf.get(adult) ?? [])]),
      ).difference(reached);
      return { scope, ...counts, throughCarerOnly: through.size };
    });
  }

  #byServicesUsed(asked: Asked): readonly Counted[] {
    return [...this.#visits(asked)]
      .flatMap(([scope, here]) => {
        const of = (select: (visit: Visit) => string | undefined) => {
          const used = new Map<string, Set<string>>();
          for (const visit of here) {
            const key = select(visit);
            if (key !== undefined) put(used, key, visit.service);
          }
          return [...used.values()].map(({ size }) => Math.min(size, 4));
        };
        const kinds = {
          children: of(({ role, person }) => (role === 'child' ? person : undefined)),
          adults: of(({ role, person }) => (role === 'adult' ? person : undefined)),
          individuals: of(({ person }) => person),
          families: of(({ family }) => family),
        };
        return [1, 2, 3, 4].map((services) => ({
          ...{ scope, services },
          ...Object.fromEntries(
            Object.entries(kinds).map(([kind, all]) => [kind, all.filter((one) => one === services).length]),
          ),
        }));
      })
      .filter(isSomething);
  }

  #pairs(asked: Asked): readonly Counted[] {
    return this.#combined(asked, ['one', 'other'], (first) => {
      const services = [...first.keys()].toSorted((a, b) => this.#placeOf(a) - this.#placeOf(b));
      return services.flatMap((one, place) =>
        services.slice(place + 1).map((other) => [one, other, false] as const),
      );
    });
  }

  #steps(asked: Asked): readonly Counted[] {
    return this.#combined(asked, ['entry', 'next'], (first) => {
      const [one, other] = [...first].toSorted(
        ([a, day], [b, otherDay]) => byText(day, otherDay) || this.#placeOf(a) - this.#placeOf(b),
      );
      return one === undefined || other === undefined
        ? []
        : [[one[0], other[0], one[1] === other[1]] as const];
    });
  }

  #placeOf(service: string): number {
    return this.#places.get(service) ?? 0;
  }

  #combined(
    asked: Asked,
    names: readonly [string, string],
    pairsOf: (first: ReadonlyMap<string, string>) => readonly (readonly [string, string, boolean])[],
  ): readonly Counted[] {
    return [...this.#visits(asked)].flatMap(([scope, here]) => {
      if (scope.startsWith('service:')) return [];
      const found = new Map<string, Record<string, number>>();
      const add = (kind: string, of: (visit: Visit) => string | undefined) => {
        const uses = new Map<string, Map<string, string>>();
        for (const visit of here) {
          const key = of(visit);
          if (key === undefined) continue;
          const own = at(uses, key, () => new Map<string, string>());
          if (visit.day < (own.get(visit.service) ?? '9')) own.set(visit.service, visit.day);
        }
        for (const first of uses.values())
          for (const [one, other, onOneDay] of pairsOf(first)) {
            const counts = at(found, `${one}\0${other}`, () => ({
              ...{ individuals: 0, children: 0, adults: 0, families: 0, onOneDay: 0 },
            }));
            counts[kind] = (counts[kind] ?? 0) + 1;
            if (onOneDay && kind === 'individuals') counts['onOneDay'] = (counts['onOneDay'] ?? 0) + 1;
          }
      };
      add('individuals', ({ person }) => person);
      add('children', ({ person, role }) => (role === 'child' ? person : undefined));
      add('adults', ({ person, role }) => (role === 'adult' ? person : undefined));
      add('families', ({ family }) => family);
      return [...found]
        .toSorted(
          ([aKey, a], [bKey, b]) =>
            (b['individuals'] ?? 0) - (a['individuals'] ?? 0) ||
            (b['families'] ?? 0) - (a['families'] ?? 0) ||
            byText(aKey, bKey),
        )
        .slice(0, 20)
        .map(([key, { onOneDay = 0, ...counts }]) => {
          const [one = '', other = ''] = key.split('\0');
          return {
            ...{ scope, [names[0]]: one, [names[1]]: other, ...counts },
            ...(names[0] === 'entry' ? { onOneDay } : {}),
          };
        });
    });
  }

  #termsOf(service: string): readonly Terms[] {
    const { sessions = [] } = this.#programme.definition.services.find(({ id }) => id === service) ?? {};
    return sessions;
  }

  #dosage(asked: Asked): readonly Counted[] {
    const { from, until } = asked;
    interface Seen {
      sessions: number;
      first: string | undefined;
      firstDay: string | undefined;
      lastDay: string | undefined;
      active: boolean;
    }
    const qualifying = new Set(this.#qualifying);
    const people = new Map<string, Map<string, Seen>>();
    const lastOfService = new Map<string, string>();
    for (const row of this.#rows) {
      const { service, person, reason, role, day } = row;
      if (person === undefined || reason !== undefined || (role !== 'child' && role !== 'adult')) continue;
      const session = qualifying.has(row);
      if (this.#administrative.has(service) || !(session || row.dataset.endsWith('.user'))) continue;
      if (until !== null && day !== null && day >= until) continue;
      const seen = at(
        at(people, service, () => new Map<string, Seen>()),
        `${role} ${person}`,
        () => ({
          ...{ sessions: 0, first: undefined, firstDay: undefined, lastDay: undefined, active: false },
        }),
      );
      seen.active ||= from === null || (day !== null && day >= from);
      if (session) seen.sessions += 1;
      if (day === null) continue;
      if (session && day < (seen.first ?? '9')) seen.first = day;
      if (day < (seen.firstDay ?? '9')) seen.firstDay = day;
      if (day > (seen.lastDay ?? '')) seen.lastDay = day;
      if (session && day > (lastOfService.get(service) ?? '')) lastOfService.set(service, day);
    }
    const nobodys = this.#nobodys(asked);
    const services = new Set([
      ...people.keys(),
      ...this.#programme.definition.services
        .map(({ id }) => id as string)
        .filter((id) => !this.#administrative.has(id) && nobodys.has(`service:${id}`)),
    ]);
    return [...services].flatMap((service) => {
      const scope = `service:${service}`;
      const groups = new Map<string, Record<string, number>>();
      const none = () => ({ children: 0, adults: 0, childrenInProgress: 0, adultsInProgress: 0 });
      for (const [who, seen] of people.get(service) ?? []) {
        if (!seen.active) continue;
        const began = seen.first ?? seen.firstDay;
        const terms =
          began === undefined ? undefined : this.#termsOf(service).findLast((one) => one.from <= began);
        const { minimum = null, intended = null } = terms ?? {};
        const band = bandOf(seen.sessions, terms);
        const reference = until === null ? lastOfService.get(service) : plusDays(until, -1);
        const recent =
          reference !== undefined &&
          seen.lastDay !== undefined &&
          daysBetween(seen.lastDay, reference) < (terms?.endsAfterDays ?? 90);
        const group = at(groups, JSON.stringify({ band, minimum, intended }), none);
        const kind = who.startsWith('child ') ? 'children' : 'adults';
        group[kind] = (group[kind] ?? 0) + 1;
        if (recent && (intended === null || seen.sessions < intended))
          group[`${kind}InProgress`] = (group[`${kind}InProgress`] ?? 0) + 1;
      }
      const doubts = nobodys.get(scope) ?? { unlinkable: 0, referred: 0 };
      const unknown = JSON.stringify({ band: null, minimum: null, intended: null });
      if (doubts.unlinkable + doubts.referred > 0) at(groups, unknown, none);
      return [...groups].map(([key, counts]) => ({
        ...{ scope, ...(JSON.parse(key) as Counted), ...counts },
        ...(key === unknown ? doubts : { unlinkable: 0, referred: 0 }),
      }));
    });
  }

  #population(asked: Asked): readonly Counted[] {
    const visits = this.#visits(asked);
    const characteristics = this.#characteristics();
    return (
      this.#programme.definition.populations?.flatMap((population): readonly Counted[] => {
        const { id, of, agedUnder, on, source } = population;
        const role = of === 'children' ? 'child' : of === 'adults' ? 'adult' : undefined;
        const table =
          'rows' in source ? new Map(source.rows.map(({ lsoa, count }) => [lsoa, count])) : undefined;
        const edition = `${'edition' in source ? source.edition : source.dataset}, ${on}`;
        const listed = new Map<string, Set<string>>();
        if ('dataset' in source)
          for (const { dataset, person, reason, role: own } of this.#rows)
            if (dataset === source.dataset && person !== undefined && reason === undefined)
              if ((own === 'child' || own === 'adult') && (role === undefined || own === role))
                put(listed, person, own);
        /** Whether somebody is of the age; undefined where that is not known. */
        const isOfAge = (person: string): boolean | undefined => {
          if (agedUnder === undefined) return true;
          const born = this.#person(person).attributes['birthMonth'];
          if (born === undefined) return undefined;
          const age = Math.floor((months(on) - months(born)) / 12);
          return age >= 0 && age < agedUnder;
        };
        const homes = (lsoa: string | undefined): readonly (readonly [string, string | null])[] => {
          const home = lsoa === undefined ? undefined : this.#areas.get(lsoa);
          const all: (readonly [string, string | null])[] = [
            ['all', 'all'],
            ['lsoa', lsoa ?? null],
            ['deprivationDecile', home === undefined ? null : String(home.decile)],
            ['deprivationQuintile', home === undefined ? null : String(Math.ceil(home.decile / 2))],
          ];
          if (this.#hasWards) all.push(['ward', lsoa === undefined ? null : (home?.ward ?? 'no-ward')]);
          return all;
        };
        /** What somebody counts in; empty of who is of another population. */
        const valuesOf = (person: string): readonly (readonly [string, string | null])[] => {
          const { lsoa } = this.#person(person).attributes;
          if (table !== undefined) {
            if (lsoa === undefined) return homes(lsoa).map(([name]) => [name, null] as const);
            return table.has(lsoa) ? homes(lsoa) : [];
          }
          const roles = listed.get(person);
          if (roles === undefined) return [];
          return [
            ...homes(lsoa),
            ...[...characteristics].flatMap(([name, said]) =>
              [...roles].map((own) => [name, said(person, own)] as const),
            ),
          ];
        };
        const entity = (person: string) => (role === undefined ? this.#kin.familyOf(person) : person);
        const whole = new Map<string, number>();
        if (table !== undefined) {
          for (const [lsoa, count] of table)
            for (const pair of homes(lsoa)) {
              const key = JSON.stringify(pair);
              whole.set(key, (whole.get(key) ?? 0) + count);
            }
        } else {
          const sets = new Map<string, Set<string>>();
          for (const person of listed.keys())
            if (isOfAge(person) === true)
              for (const pair of valuesOf(person)) put(sets, JSON.stringify(pair), entity(person));
          for (const [key, { size }] of sets) whole.set(key, size);
        }
        return [...visits].flatMap(([scope, here]) => {
          const reached = new Map<string, Set<string>>();
          const ageless = new Map<string, Set<string>>();
          const people = new Set(
            here.flatMap(({ person, role: own }) => (role === undefined || own === role ? person : [])),
          );
          for (const person of people) {
            const aged = isOfAge(person);
            if (aged === false) continue;
            for (const pair of valuesOf(person))
              put(aged === true ? reached : ageless, JSON.stringify(pair), entity(person));
          }
          return [...new Set([...whole.keys(), ...reached.keys(), ...ageless.keys()])].map((key) => {
            const [characteristic, value] = JSON.parse(key) as [string, string | null];
            const count = whole.get(key) ?? 0;
            const came = reached.get(key)?.size ?? 0;
            return {
              ...{ scope, population: id, edition, characteristic, value },
              ...{ inPopulation: count, reached: came, notReached: Math.max(count - came, 0) },
              beyondPopulation: value === null && table !== undefined ? 0 : Math.max(came - count, 0),
              reachedOfUnknownAge: ageless.get(key)?.size ?? 0,
              reachedPercent: count === 0 ? null : rounded((100 * came) / count, 1),
            };
          });
        });
      }) ?? []
    );
  }

  #participation(asked: Asked): readonly Counted[] {
    interface Mine {
      registered: string | undefined;
      days: string[];
    }
    const mine = new Map<string, Map<string, Mine>>();
    const qualifying = new Set(this.#qualifying);
    let latest = '';
    for (const { day } of this.#qualifying) if (day !== null && day > latest) latest = day;
    for (const row of this.#rows) {
      const { service, person, reason, role, day, dataset } = row;
      if (person === undefined || reason !== undefined || day === null) continue;
      if ((role !== 'child' && role !== 'adult') || this.#administrative.has(service)) continue;
      const registers = dataset.endsWith('.user');
      const session = qualifying.has(row);
      if (!registers && !session) continue;
      const own = at(
        at(mine, service, () => new Map<string, Mine>()),
        person,
        () => ({ registered: undefined, days: [] }),
      );
      if (registers && day < (own.registered ?? '9')) own.registered = day;
      if (session) own.days.push(day);
    }
    const isAsked = (day: string) =>
      (asked.from === null || day >= asked.from) && (asked.until === null || day < asked.until);
    const steps = ['registered', 'started', 'minimumReached', 'completed', 'left'] as const;
    const found = new Map<string, Record<(typeof steps)[number], Set<string>>>();
    const declined = new Map<string, number>();
    for (const [service, people] of mine)
      for (const [person, { registered, days }] of people) {
        days.sort(byText);
        const [began] = days;
        const terms =
          began === undefined
            ? undefined
            : this.#termsOf(service)
                .filter((one) => one.from <= began)
                .toSorted((a, b) => byText(a.from, b.from))
                .at(-1);
        const last = days.at(-1);
        const end = last === undefined ? undefined : plusDays(last, terms?.endsAfterDays ?? 90);
        const told: Record<(typeof steps)[number], string | undefined> = {
          registered,
          started: began,
          minimumReached: terms === undefined ? undefined : days[terms.minimum - 1],
          completed: terms === undefined ? undefined : days[terms.intended - 1],
          left:
            end !== undefined && days.length < (terms?.intended ?? Infinity) && end <= latest
              ? end
              : undefined,
        };
        for (const step of steps) {
          const day = told[step];
          if (day === undefined || !isAsked(day)) continue;
          for (const scope of this.#scopesOf(service))
            at(found, scope, () => ({
              ...{ registered: new Set<string>(), started: new Set<string>() },
              ...{ minimumReached: new Set<string>(), completed: new Set<string>(), left: new Set<string>() },
            }))[step].add(person);
        }
      }
    const item = this.#programme.definition.reporting?.declinedItem ?? 'people-without-consent';
    for (const { service, input } of this.#within(this.#rows, asked))
      if (input?.item === item && input.unit === 'people' && !this.#administrative.has(service))
        for (const scope of this.#scopesOf(service))
          declined.set(scope, (declined.get(scope) ?? 0) + input.quantity);
    return [...new Set([...found.keys(), ...declined.keys()])].map((scope) => {
      const sets = found.get(scope);
      const size = (step: (typeof steps)[number]) => sets?.[step].size ?? 0;
      return {
        ...{ scope, registered: size('registered'), declined: Math.round(declined.get(scope) ?? 0) },
        ...{ started: size('started'), minimumReached: size('minimumReached') },
        ...{ completed: size('completed'), left: size('left') },
        ...shareOf('minimumReached', size('minimumReached'), size('started')),
      };
    });
  }

  /** Sessions of services by scope. */
  #contacts(asked: Asked): ReadonlyMap<string, readonly (LinkedRow & { readonly counts: boolean })[]> {
    const qualifying = new Set(this.#qualifying);
    const found = new Map<string, (LinkedRow & { readonly counts: boolean })[]>();
    for (const row of this.#within(this.#rows, asked))
      if (row.session !== undefined && !this.#administrative.has(row.service)) {
        const contact = { ...row, counts: qualifying.has(row) };
        for (const scope of this.#scopesOf(row.service)) at(found, scope, () => []).push(contact);
      }
    return found;
  }

  #activity(asked: Asked): readonly Counted[] {
    return [...this.#contacts(asked)].map(([scope, rows]) => {
      const counted = rows.filter(({ counts }) => counts);
      const families = counted.filter(({ role }) => role !== 'practitioner' && role !== 'volunteer');
      const timed = families.flatMap(({ session }) => session?.minutes ?? []);
      const sessionDays = daysOf(counted);
      const minutes = timed.length === 0 ? null : timed.reduce((sum, one) => sum + one, 0);
      return {
        ...{ scope, ...attendancesOf(counted), attendances: families.length },
        workforceAttendances: counted.length - families.length,
        notAttended: rows.filter(({ session }) => session?.attended === false).length,
        otherContacts: rows.filter(({ session, counts }) => session?.attended === true && !counts).length,
        ...{ sessionDays, timed: timed.length, minutes },
        perSessionDay: sessionDays === 0 ? null : rounded(families.length / sessionDays, 1),
        meanMinutes: minutes === null ? null : rounded(minutes / timed.length, 1),
      };
    });
  }

  #activityByKind(asked: Asked): readonly Counted[] {
    return [...this.#contacts(asked)].flatMap(([scope, rows]) =>
      [
        ...Map.groupBy(
          rows.filter(({ counts }) => counts),
          ({ session }) => session?.kind ?? '',
        ),
      ].map(([kind, counted]) => ({
        ...{ scope, kind, ...attendancesOf(counted), sessionDays: daysOf(counted) },
        attendances: counted.filter(({ role }) => role !== 'practitioner' && role !== 'volunteer').length,
      })),
    );
  }

  #feedback(asked: Asked): readonly Counted[] {
    const highest = this.#programme.definition.reporting?.highestRating ?? 5;
    const found = new Map<string, { answers: number; topTwo: number; people: Set<string> }>();
    for (const { service, answer, role, person, reason } of this.#within(this.#rows, asked)) {
      if (answer === undefined || this.#administrative.has(service)) continue;
      const respondent = role === 'practitioner' || role === 'volunteer' ? 'workforce' : 'families';
      for (const scope of this.#scopesOf(service)) {
        const group = at(found, JSON.stringify({ scope, question: answer.question, respondent }), () => ({
          ...{ answers: 0, topTwo: 0, people: new Set<string>() },
        }));
        group.answers += 1;
        if (answer.rating >= highest - 1) group.topTwo += 1;
        if (person !== undefined && reason === undefined) group.people.add(person);
      }
    }
    return [...found].map(([key, { answers, topTwo, people }]) => ({
      ...{ ...(JSON.parse(key) as Counted), answers, topTwo, respondents: people.size },
      ...shareOf('topTwo', topTwo, answers),
    }));
  }

  #workforce(asked: Asked): readonly Counted[] {
    const found = new Map<string, LinkedRow[]>();
    for (const row of this.#within(this.#qualifying, asked))
      if ((row.role === 'practitioner' || row.role === 'volunteer') && !this.#administrative.has(row.service))
        for (const scope of this.#scopesOf(row.service))
          at(found, JSON.stringify({ scope, role: row.role }), () => []).push(row);
    return [...found].map(([key, rows]) => {
      const timed = rows.flatMap(({ session }) => session?.minutes ?? []);
      const minutes = timed.length === 0 ? null : timed.reduce((sum, one) => sum + one, 0);
      const linked = rows.flatMap(({ person, reason }) => (reason === undefined ? (person ?? []) : []));
      return {
        ...{ ...(JSON.parse(key) as Counted), people: new Set(linked).size, attendances: rows.length },
        ...{ unlinkable: rows.length - linked.length, timed: timed.length, minutes },
        hours: minutes === null ? null : rounded(minutes / 60, 1),
      };
    });
  }

  #inputs(asked: Asked): readonly Counted[] {
    const found = new Map<string, number[]>();
    for (const { service, input } of this.#within(this.#rows, asked)) {
      if (input === undefined || this.#administrative.has(service)) continue;
      const { category, item, unit, quantity } = input;
      for (const scope of this.#scopesOf(service))
        at(found, JSON.stringify({ scope, category, item, unit }), () => []).push(quantity);
    }
    return [...found].map(([key, quantities]) => {
      const dimensions = JSON.parse(key) as Counted;
      const ofPeople = ['people', 'families', 'homes'].includes(String(dimensions['unit']));
      // In hundredths, so that sums are exact.
      const sum = quantities.reduce((all, one) => all + Math.round(one * 10_000), 0) / 10_000;
      return {
        ...{ ...dimensions, entries: quantities.length },
        people: ofPeople ? Math.round(sum) : 0,
        amount: ofPeople ? null : rounded(sum, 2),
      };
    });
  }

  #targets({ from, until }: Asked): readonly Counted[] {
    const rating = this.#programme.definition.reporting?.targetRating ?? { green: 1, amber: 0.9 };
    return this.#programme.definition.services.flatMap(({ id, targets = [] }) =>
      targets.flatMap(({ period, of, count }) => {
        const bounds = boundsOf(period);
        if ((from !== null && bounds.from < from) || (until !== null && bounds.until > until)) return [];
        const counts = countsOf(this.#visits(bounds).get(`service:${id}`) ?? []);
        const reached = counts[of];
        const [greenFrom, amberFrom] = [ceiling(count * rating.green), ceiling(count * rating.amber)];
        return [
          {
            ...{
              scope: `service:${id}`,
              targetPeriod: period,
              of,
              target: count,
              greenFrom,
              amberFrom,
              reached,
            },
            reachedPercent: count === 0 ? null : rounded((100 * reached) / count, 1),
            rating: reached >= greenFrom ? 'green' : reached >= amberFrom ? 'amber' : 'red',
          },
        ];
      }),
    );
  }

  #outcomes(asked: Asked): readonly Counted[] {
    const theory = this.#programme.definition.theoryOfChange;
    const isAsked = (day: string) =>
      (asked.from === null || day >= asked.from) && (asked.until === null || day < asked.until);
    const found = new Map<string, Told[]>();
    for (const measure of theory?.measures ?? []) {
      if (!('instrument' in measure.of)) continue;
      const { of, pairing = {}, outcome, better, dataset } = measure;
      const rule: PairingRule = { minimumDays: 28, windowDays: 365, ...theory?.pairing, ...pairing };
      const sources = this.#rows.filter((row) => row.dataset === dataset && row.day !== null);
      const scored: Scored[] = sources.flatMap((row) =>
        (row.scores ?? [])
          .filter(({ instrument, measure: name }) => instrument === of.instrument && name === of.measure)
          .map(({ occasion, score }) => ({
            ...{ row, day: row.day ?? '', occasion, score },
            informant: rule.informant === undefined ? '' : (row.attributes[rule.informant] ?? ''),
          })),
      );
      const [service] = scored.map(({ row }) => row.service);
      if (service === undefined || this.#administrative.has(service)) continue;
      const told = [
        ...scored
          .filter(({ row }) => row.reason !== undefined)
          .map(({ day }): Told => ({ what: 'setAside', day })),
        ...[
          ...Map.groupBy(
            scored.filter(({ row }) => row.reason === undefined && row.person !== undefined),
            ({ row }) => row.person,
          ).values(),
        ].flatMap((own) => pairsOf(own, rule)),
      ];
      for (const one of told.filter(({ day }) => isAsked(day)))
        for (const scope of this.#scopesOf(service))
          at(
            found,
            JSON.stringify({
              ...{ scope, domain: outcome.split('.')[0], outcome, instrument: of.instrument },
              ...{ measure: of.measure, better },
            }),
            () => [],
          ).push(one);
    }
    const merged = new Map<string, Told[]>();
    for (const [key, told] of found) {
      const { better, ...dimensions } = JSON.parse(key) as Record<string, string>;
      at(merged, JSON.stringify(dimensions), () => []).push(
        ...told.map((one) => ({ ...one, gain: gainOf(one, better === 'higher') })),
      );
    }
    return [...merged].map(([key, told]) => {
      const pairs = told.filter(({ what }) => what === 'pair');
      const number = (what: Told['what']) => told.filter((one) => one.what === what).length;
      const gains = (sign: number) => pairs.filter(({ gain }) => Math.sign(gain ?? 0) === sign).length;
      const mean = (of: (one: Told) => number) =>
        pairs.length === 0 ? null : pairs.reduce((sum, one) => sum + of(one), 0) / pairs.length;
      const change = (one: Told) => (one.last ?? 0) - (one.first ?? 0);
      const average = mean(change);
      const deviation =
        average === null || pairs.length < 2
          ? null
          : Math.sqrt(pairs.reduce((sum, one) => sum + (change(one) - average) ** 2, 0) / (pairs.length - 1));
      return {
        ...{ ...(JSON.parse(key) as Counted), pairs: pairs.length, improved: gains(1), same: gains(0) },
        ...{ worse: gains(-1), noLast: number('noLast'), outsideWindow: number('outsideWindow') },
        ...{ otherInformant: number('otherInformant'), withoutFirst: number('withoutFirst') },
        ...{ setAside: number('setAside'), firstMean: sixth(mean(({ first }) => first ?? 0)) },
        ...{ lastMean: sixth(mean(({ last }) => last ?? 0)), meanChange: sixth(average) },
        changeDeviation: sixth(deviation),
        ...meanInterval('change', average, deviation, pairs.length),
        ...shareOf('improved', gains(1), pairs.length),
        ...shareOf('same', gains(0), pairs.length),
        ...shareOf('worse', gains(-1), pairs.length),
      };
    });
  }

  /** Children with results for each outcome of collective impact. */
  #assessed(asked: Asked): ReadonlyMap<string, Assessments> {
    const theory = this.#programme.definition.theoryOfChange;
    const used = new Map<string, Map<string, Use>>();
    for (const { person, reason, role, service, day } of this.#qualifying) {
      if (person === undefined || reason !== undefined || day === null) continue;
      if ((role !== 'child' && role !== 'adult') || this.#administrative.has(service)) continue;
      const own = at(used, this.#kin.familyOf(person), () => new Map<string, Use>());
      const since = own.get(service)?.since;
      if (since === undefined || day < since) own.set(service, { service, since: day });
    }
    const targeted = new Set<string>(
      this.#programme.definition.services.filter(({ offer }) => offer === 'targeted').map(({ id }) => id),
    );
    return new Map(
      (theory?.collectiveImpact ?? []).map(({ id, measures }) => {
        const nobody = { unlinkable: 0, referred: 0 };
        const days = new Map<string, Map<string, { measures: Set<string>; achieved: boolean }>>();
        for (const measure of theory?.measures ?? []) {
          if (!measures.includes(measure.id) || !('instrument' in measure.of)) continue;
          const { of, achieved, dataset } = measure;
          for (const row of this.#within(this.#rows, asked)) {
            if (row.dataset !== dataset) continue;
            for (const score of row.scores ?? []) {
              if (score.instrument !== of.instrument || score.measure !== of.measure) continue;
              const rule = thresholdOf(achieved, score.occasion);
              if (rule === undefined) continue;
              if (row.reason === 'unlinkable' || row.reason === 'referred') nobody[row.reason] += 1;
              if (row.person === undefined || row.reason !== undefined || row.day === null) continue;
              const day = at(
                at(days, row.person, () => new Map<string, { measures: Set<string>; achieved: boolean }>()),
                row.day,
                () => ({ measures: new Set<string>(), achieved: true }),
              );
              day.measures.add(measure.id);
              day.achieved &&=
                score.score >= (rule.atLeast ?? -Infinity) && score.score < (rule.below ?? Infinity);
            }
          }
        }
        const children = [...days].map(([person, own]): Assessed => {
          const [[day, one] = ['', { measures: new Set<string>(), achieved: false }]] = [...own].toSorted(
            ([a, first], [b, second]) =>
              Number(second.measures.size === measures.length) -
                Number(first.measures.size === measures.length) || byText(b, a),
          );
          const { decile, attributes } = this.#person(person);
          const before = [...(used.get(this.#kin.familyOf(person))?.values() ?? [])].filter(
            ({ since }) => since < day,
          );
          const group = /^(asian|black|mixed|white|other)-/.exec(attributes['ethnicity'] ?? '')?.[1];
          return {
            ...{ complete: one.measures.size === measures.length, achieved: one.achieved },
            ...{ quintile: decile === undefined ? undefined : Math.ceil(decile / 2), group },
            ...{ services: before.length, targeted: before.some(({ service }) => targeted.has(service)) },
          };
        });
        return [id, { children, nobody }];
      }),
    );
  }

  #impactCohort(asked: Asked): readonly Counted[] {
    return [...this.#assessed(asked)]
      .map(([outcome, { children, nobody }]) => {
        const compared = children.filter(({ complete }) => complete);
        return {
          ...{ scope: 'programme', outcome, ...nobody, children: children.length },
          ...{ incomplete: children.length - compared.length, compared: compared.length },
          usedNone: compared.filter(({ services }) => services === 0).length,
          usedServices: compared.filter(({ services }) => services > 0).length,
          withoutResidence: compared.filter(({ quintile }) => quintile === undefined).length,
          withoutEthnicity: compared.filter(({ group }) => group === undefined).length,
        };
      })
      .filter(isSomething);
  }

  #collectiveImpact(asked: Asked): readonly Counted[] {
    return [...this.#assessed(asked)].flatMap(([outcome, { children }]) => {
      const compared = children.filter(({ complete }) => complete);
      const others = compared.filter(({ services }) => services === 0);
      const groups: readonly (readonly [string, readonly Assessed[]])[] = [
        ['none', others],
        ['any', compared.filter(({ services }) => services > 0)],
        ['1', compared.filter(({ services }) => services === 1)],
        ['2', compared.filter(({ services }) => services === 2)],
        ['3+', compared.filter(({ services }) => services >= 3)],
        ['universal', compared.filter((one) => one.services > 0 && !one.targeted)],
        ['targeted', compared.filter((one) => one.targeted)],
      ];
      return groups.flatMap(([group, people]) => {
        if (people.length === 0) return [];
        const against = group === 'none' ? [] : others;
        return [
          {
            ...{ scope: 'programme', outcome, group, people: people.length, achieved: achieving(people) },
            ...{ othersPeople: against.length, othersAchieved: achieving(against) },
            ...shareOf('achieved', achieving(people), people.length),
            ...crudeRatios(people, against),
            ...adjustedRatios(people, against),
          },
        ];
      });
    });
  }
}

interface Visit {
  readonly person: string;
  readonly role: 'child' | 'adult';
  readonly service: string;
  readonly day: string;
  readonly family: string;
}

interface Assessed {
  readonly complete: boolean;
  readonly achieved: boolean;
  readonly quintile: number | undefined;
  readonly group: string | undefined;
  readonly services: number;
  readonly targeted: boolean;
}
interface Assessments {
  readonly children: readonly Assessed[];
  readonly nobody: { readonly unlinkable: number; readonly referred: number };
}

interface Threshold {
  readonly atLeast?: number;
  readonly below?: number;
}
type Achieved = Threshold & { readonly byOccasion?: Readonly<Record<string, Threshold>> };

function thresholdOf(achieved: unknown, occasion: string): Threshold | undefined {
  const rule =
    (achieved as Achieved | undefined)?.byOccasion?.[occasion] ?? (achieved as Achieved | undefined);
  return rule?.atLeast === undefined && rule?.below === undefined ? undefined : rule;
}

interface PairingRule {
  readonly minimumDays: number;
  readonly windowDays: number;
  readonly first?: readonly string[];
  readonly last?: readonly string[];
  readonly informant?: string;
}
interface Scored {
  readonly row: LinkedRow;
  readonly day: string;
  readonly occasion: string;
  readonly score: number;
  readonly informant: string;
}
interface Told {
  readonly what: 'pair' | 'noLast' | 'outsideWindow' | 'otherInformant' | 'withoutFirst' | 'setAside';
  readonly day: string;
  readonly first?: number;
  readonly last?: number;
  readonly gain?: number | undefined;
}

const gainOf = ({ first, last }: Told, higherIsBetter: boolean): number | undefined =>
  first === undefined || last === undefined ? undefined : higherIsBetter ? last - first : first - last;

/** Pairs of one person’s scores with one instrument in one service, and what could not be paired. */
function pairsOf(own: readonly Scored[], rule: PairingRule): readonly Told[] {
  const inOrder = own.toSorted((a, b) => byText(a.day, b.day) || a.score - b.score);
  const begun: Scored[] = [];
  for (const mine of Map.groupBy(
    inOrder.filter(({ occasion }) => rule.first === undefined || rule.first.includes(occasion)),
    ({ informant }) => informant,
  ).values()) {
    for (const [place, score] of mine.entries()) {
      const before = mine[place - 1];
      if (
        before === undefined ||
        (rule.first !== undefined && daysBetween(before.day, score.day) >= rule.minimumDays)
      )
        begun.push(score);
    }
  }
  const told: Told[] = begun.map((first) => {
    const next = begun
      .filter(({ informant, day }) => informant === first.informant && day > first.day)
      .map(({ day }) => day)
      .toSorted(byText)[0];
    const followers = inOrder.filter(({ day }) => day > first.day && (next === undefined || day < next));
    const isWithin = ({ day, occasion }: Scored) => {
      const gap = daysBetween(first.day, day);
      return (
        gap >= rule.minimumDays &&
        gap <= rule.windowDays &&
        (rule.last === undefined || rule.last.includes(occasion))
      );
    };
    const same = followers.filter(({ informant }) => informant === first.informant);
    const [last] = same.filter(isWithin).toSorted((a, b) => byText(b.day, a.day) || a.score - b.score);
    if (last !== undefined) return { what: 'pair', day: last.day, first: first.score, last: last.score };
    if (followers.some((one) => isWithin(one) && one.informant !== first.informant))
      return { what: 'otherInformant', day: first.day };
    return { what: same.length > 0 ? 'outsideWindow' : 'noLast', day: first.day };
  });
  const starts = begun.map(({ day }) => day).toSorted(byText)[0];
  const orphans = inOrder.filter(({ day }) => starts === undefined || day < starts);
  return orphans[0] === undefined ? told : [...told, { what: 'withoutFirst', day: orphans[0].day }];
}

const countsOf = (visits: readonly Visit[]): { children: number; adults: number; families: number } => ({
  children: new Set(visits.flatMap(({ person, role }) => (role === 'child' ? person : []))).size,
  adults: new Set(visits.flatMap(({ person, role }) => (role === 'adult' ? person : []))).size,
  families: new Set(visits.map(({ family }) => family)).size,
});

const attendancesOf = (counted: readonly LinkedRow[]) => ({
  childAttendances: counted.filter(({ role }) => role === 'child').length,
  adultAttendances: counted.filter(({ role }) => role === 'adult').length,
  anonymousAttendances: counted.filter(({ role }) => role === 'none').length,
});

const daysOf = (counted: readonly LinkedRow[]): number =>
  new Set(counted.map(({ service, session, day }) => `${service} ${session?.kind} ${day}`)).size;

const namesOfDimensions = new Set(['services', 'minimum', 'intended']);
const isSomething = (row: Counted): boolean =>
  Object.entries(row).some(
    ([name, value]) => typeof value === 'number' && value > 0 && !namesOfDimensions.has(name),
  );

function bandOf(sessions: number, terms: Terms | undefined): string | null {
  if (sessions === 0) return '0';
  if (terms === undefined) return null;
  if (sessions >= terms.intended) return 'intended';
  if (sessions >= terms.minimum) return 'minimum';
  return sessions === 1 ? '1' : 'below-minimum';
}

type Rule =
  | { readonly attribute: string; readonly in: readonly string[] }
  | { readonly deprivationDecile: { readonly atMost: number } }
  | { readonly inArea: boolean }
  | { readonly all: readonly Rule[] }
  | { readonly any: readonly Rule[] }
  | { readonly not: Rule };

/** True, false, or undefined where what is not known decides. */
function judgedBy(rule: Rule, person: Person): boolean | undefined {
  if ('not' in rule) {
    const inner = judgedBy(rule.not, person);
    return inner === undefined ? undefined : !inner;
  }
  if ('all' in rule) {
    const parts = rule.all.map((part) => judgedBy(part, person));
    return parts.includes(false) ? false : parts.includes(undefined) ? undefined : true;
  }
  if ('any' in rule) {
    const parts = rule.any.map((part) => judgedBy(part, person));
    return parts.includes(true) ? true : parts.includes(undefined) ? undefined : false;
  }
  if ('inArea' in rule) return person.inArea === undefined ? undefined : person.inArea === rule.inArea;
  if ('deprivationDecile' in rule)
    return person.decile === undefined ? undefined : person.decile <= rule.deprivationDecile.atMost;
  const said = person.attributes[rule.attribute];
  if (said === undefined) return undefined;
  if (rule.in.includes(said)) return true;
  return said === 'not-stated' || said === 'not-known' ? undefined : false;
}

/** First day, and the day after the last, of a financial quarter or an academic year. */
export function boundsOf(period: string): { readonly from: string; readonly until: string } {
  const year = Number(period.slice(0, 4));
  const [first, length] = period.endsWith('AY') ? [9, 12] : [1 + 3 * Number(period.at(-1)), 3];
  const day = (month: number) => new Date(Date.UTC(year, month - 1, 1)).toISOString().slice(0, 10);
  return { from: day(first), until: day(first + length) };
}

const rounded = (value: number, digits: number): number =>
  Math.round((value + Number.EPSILON * Math.abs(value)) * 10 ** digits) / 10 ** digits;
const sixth = (value: number | null): number | null => (value === null ? null : rounded(value, 6));
/** Without the error of multiplying by a decimal fraction. */
const ceiling = (value: number): number => Math.ceil(rounded(value, 9));

/** The quantile of the normal distribution that leaves 2.5 % above. */
const Z = 1.959963984540054;

/** A share in per cent with Wilson’s interval, to a tenth; nothing of nobody. */
function shareOf(name: string, count: number, whole: number): Counted {
  // In a period, those who reached a step may be more than those who began in it.
  const part = Math.min(count, whole);
  if (whole === 0)
    return { [`${name}Percent`]: null, [`${name}PercentLow`]: null, [`${name}PercentHigh`]: null };
  const share = part / whole;
  const middle = share + Z ** 2 / (2 * whole);
  const spread = Z * Math.sqrt((share * (1 - share)) / whole + Z ** 2 / (4 * whole ** 2));
  const scale = 1 + Z ** 2 / whole;
  const percent = (value: number) => rounded(100 * Math.min(1, Math.max(0, value)), 1);
  return {
    [`${name}Percent`]: percent(share),
    [`${name}PercentLow`]: percent((middle - spread) / scale),
    [`${name}PercentHigh`]: percent((middle + spread) / scale),
  };
}

/** Student’s interval of a mean; none of fewer than two. */
function meanInterval(name: string, mean: number | null, deviation: number | null, n: number): Counted {
  if (mean === null || deviation === null || n < 2) return { [`${name}Low`]: null, [`${name}High`]: null };
  const half = (studentQuantile(n - 1) * deviation) / Math.sqrt(n);
  return { [`${name}Low`]: rounded(mean - half, 3), [`${name}High`]: rounded(mean + half, 3) };
}

const quantiles = new Map<number, number>();
/** What Student’s t exceeds with a probability of 2.5 %, by halving; its distribution by Simpson’s rule over the angle. */
function studentQuantile(freedom: number): number {
  return at(quantiles, freedom, () => {
    // With t = √ν · tan θ the density is cos θ to the power of ν − 1.
    const density = (angle: number) => Math.cos(angle) ** (freedom - 1);
    const area = (to: number) => {
      const steps = 4_000;
      const width = to / steps;
      let sum = density(0) + density(to);
      for (let step = 1; step < steps; step += 1) sum += density(step * width) * (step % 2 === 0 ? 2 : 4);
      return (sum * width) / 3;
    };
    const whole = area(Math.PI / 2);
    let [low, high] = [0, Math.PI / 2];
    for (let time = 0; time < 60; time += 1) {
      const middle = (low + high) / 2;
      if (area(middle) / whole < 0.95) low = middle;
      else high = middle;
    }
    return Math.sqrt(freedom) * Math.tan(low);
  });
}

const achieving = (people: readonly Assessed[]): number => people.filter(({ achieved }) => achieved).length;

const ratio = (name: string, value: number, error: number): Counted => ({
  [name]: rounded(value, 3),
  [`${name}Low`]: rounded(value * Math.exp(-Z * error), 3),
  [`${name}High`]: rounded(value * Math.exp(Z * error), 3),
});
const noRatio = (name: string): Counted => ({ [name]: null, [`${name}Low`]: null, [`${name}High`]: null });

/** Risk ratio by Katz and odds ratio by Woolf. */
function crudeRatios(people: readonly Assessed[], others: readonly Assessed[]): Counted {
  const [a, c] = [achieving(people), achieving(others)];
  const [b, d] = [people.length - a, others.length - c];
  const risk =
    a > 0 && c > 0
      ? ratio(
          'riskRatio',
          a / people.length / (c / others.length),
          Math.sqrt(1 / a - 1 / people.length + 1 / c - 1 / others.length),
        )
      : noRatio('riskRatio');
  const odds =
    Math.min(a, b, c, d) > 0
      ? ratio('oddsRatio', (a * d) / (b * c), Math.sqrt(1 / a + 1 / b + 1 / c + 1 / d))
      : noRatio('oddsRatio');
  return { ...risk, ...odds };
}

/** Ratios of Mantel and Haenszel over deprivation quintile and ethnic group. */
function adjustedRatios(people: readonly Assessed[], others: readonly Assessed[]): Counted {
  const stratum = ({ quintile, group }: Assessed) => `${quintile} ${group}`;
  const ofOthers = Map.groupBy(others, stratum);
  const strata = [...Map.groupBy(people, stratum)].flatMap(([key, exposed]) => {
    const not = ofOthers.get(key);
    if (not === undefined) return [];
    const [a, n1, c, n0] = [achieving(exposed), exposed.length, achieving(not), not.length];
    return [{ a, b: n1 - a, c, d: n0 - c, n1, n0, n: n1 + n0 }];
  });
  const sum = (of: (one: (typeof strata)[number]) => number) => strata.reduce((all, one) => all + of(one), 0);
  const riskUp = sum(({ a, n0, n }) => (a * n0) / n);
  const riskDown = sum(({ c, n1, n }) => (c * n1) / n);
  const oddsUp = sum(({ a, d, n }) => (a * d) / n);
  const oddsDown = sum(({ b, c, n }) => (b * c) / n);
  const riskError = Math.sqrt(
    sum(({ a, c, n1, n0, n }) => (n1 * n0 * (a + c) - a * c * n) / n ** 2) / (riskUp * riskDown),
  );
  const oddsError = Math.sqrt(
    sum(({ a, d, n }) => (((a + d) / n) * a * d) / n) / (2 * oddsUp ** 2) +
      sum(({ a, b, c, d, n }) => (((a + d) / n) * b * c) / n + (((b + c) / n) * a * d) / n) /
        (2 * oddsUp * oddsDown) +
      sum(({ b, c, n }) => (((b + c) / n) * b * c) / n) / (2 * oddsDown ** 2),
  );
  const hasRisk = riskUp > 0 && riskDown > 0;
  const hasOdds = oddsUp > 0 && oddsDown > 0;
  return {
    strata: strata.length,
    adjustedRisk: hasRisk ? rounded(riskUp / riskDown, 6) : null,
    adjustedRiskError: hasRisk ? rounded(riskError, 6) : null,
    adjustedOdds: hasOdds ? rounded(oddsUp / oddsDown, 6) : null,
    adjustedOddsError: hasOdds ? rounded(oddsError, 6) : null,
    ...(hasRisk ? ratio('adjustedRiskRatio', riskUp / riskDown, riskError) : noRatio('adjustedRiskRatio')),
    ...(hasOdds ? ratio('adjustedOddsRatio', oddsUp / oddsDown, oddsError) : noRatio('adjustedOddsRatio')),
  };
}
