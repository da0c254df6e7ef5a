import { belongsTo, type Population, type SessionNumbers } from '@kinledger/programme/definition';
import {
  smallArea,
  type SmallEngagement,
  type SmallPerson,
  type SmallProgramme,
} from '@kinledger/read-models/testing';
import type { FigureQuestion } from '../figure.js';

export type RecountedRow = Readonly<Record<string, string | number | null>>;

type Role = 'child' | 'adult';

interface Visit {
  readonly who: string;
  readonly role: Role;
  /** Undefined of somebody in no family of whom no row has an identifier. */
  readonly family: string | undefined;
  readonly service: string;
  readonly scopes: readonly string[];
  readonly day: string;
}

interface Doubt {
  readonly scopes: readonly string[];
  readonly day: string;
  readonly reason: string;
}

const nextDay = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
const quarterOf = (day: string): string => {
  const month = Math.floor((Number(day.slice(5, 7)) - 1) / 3) * 3 + 1;
  return `${day.slice(0, 4)}-${String(month).padStart(2, '0')}-01`;
};
const hasFamily = (visit: Visit): visit is Visit & { readonly family: string } => visit.family !== undefined;
const nextQuarter = (start: string): string => quarterOf(nextDay(start, 95));

const distinct = <Item>(items: readonly Item[], key: (item: Item) => unknown): number =>
  new Set(items.map((item) => key(item))).size;

const unique = <Item>(items: Iterable<Item>): readonly Item[] => [...new Set(items)];

/**
 * Counts the figures of people of a small programme again, row by row, from its people and rows alone: it shares no SQL with
 * the figures.
 */
export class PeopleRecount {
  readonly #programme: SmallProgramme;
  readonly #question: FigureQuestion;
  readonly #people: ReadonlyMap<string, SmallPerson>;
  /** Every row of somebody that counts, before the period too, up to its end. */
  readonly #visits: readonly Visit[];
  readonly #doubts: readonly Doubt[];

  constructor(programme: SmallProgramme, question: FigureQuestion) {
    this.#programme = programme;
    this.#question = question;
    this.#people = new Map(programme.people.map((person) => [person.name, person]));
    const counted = programme.engagements.filter(
      ({ qualifying, retired, date }) =>
        (qualifying ?? true) && retired !== true && (question.until === null || date < question.until),
    );
    this.#visits = counted.flatMap((row) => {
      const { person, service, date: day, setAside } = row;
      const role = this.#roleOf(row);
      if (setAside !== undefined || person === undefined || role === undefined) return [];
      const family = this.#familyOf(person);
      return [{ who: person, role, family, service, day, scopes: this.#scopesOf(service) }];
    });
    this.#doubts = counted.flatMap((row) => {
      const { service, date: day, setAside: reason } = row;
      if (reason === undefined || this.#roleOf(row) === undefined) return [];
      return [{ day, reason, scopes: this.#scopesOf(service) }];
    });
  }

  newAndReturning(): readonly RecountedRow[] {
    const inQuarters = this.#question.by === 'quarter';
    const days = [...this.#visits, ...this.#doubts]
      .map(({ day }) => day)
      .filter((day) => this.#isWithin(day));
    const starts: readonly (string | null)[] = inQuarters ? this.#quartersFrom(days) : [null];
    const all = starts.flatMap((start) =>
      this.#scopes().flatMap((scope) => {
        const until = this.#visitsOf(scope).filter(({ day }) => start === null || day < nextQuarter(start));
        const within = until.filter(({ day }) => this.#isIn(day, start));
        const before = until.filter((visit) => !within.includes(visit));
        const kinds = (
          visits: readonly Visit[],
          but: readonly Visit[],
          sign: 'new' | 'returning' | 'lifetime',
        ) => {
          const count = (of: (visit: Visit) => string | undefined): number => {
            const keys = unique(visits.flatMap((visit) => of(visit) ?? []));
            const earlier = new Set(but.flatMap((visit) => of(visit) ?? []));
            if (sign === 'lifetime') return keys.length;
            return keys.filter((key) => earlier.has(key) === (sign === 'returning')).length;
          };
          return {
            [`${sign}Children`]: count(({ who, role }) => (role === 'child' ? who : undefined)),
            [`${sign}Adults`]: count(({ who, role }) => (role === 'adult' ? who : undefined)),
            [`${sign}Individuals`]: count(({ who }) => who),
            [`${sign}Families`]: count(({ family }) => family),
          };
        };
        return {
          ...{ start, scope },
          ...kinds(within, before, 'new'),
          ...kinds(within, before, 'returning'),
          ...kinds(until, [], 'lifetime'),
          ...this.#doubtsOf(scope, start),
        };
      }),
    );
    return all.filter(isCounted);
  }

  byArea(): readonly RecountedRow[] {
    const edition = this.#edition();
    return this.#broken(
      ['children', 'adults', 'families'],
      ({ who }) => {
        const home = this.#home(who);
        return { area: home === undefined ? null : home.inArea ? 'in' : 'out', edition };
      },
      { area: null, edition },
    );
  }

  byPriority(): readonly RecountedRow[] {
    const { priorityPopulation } = this.#programme.definition ?? {};
    const rule =
      priorityPopulation === undefined
        ? null
        : `${priorityPopulation.name}, version ${priorityPopulation.version}`;
    return this.#broken(
      ['children', 'adults', 'families'],
      ({ who }) => {
        if (priorityPopulation === undefined) return { priority: null, rule };
        const last = this.#visits
          .filter((visit) => visit.who === who && this.#isWithin(visit.day))
          .map(({ day }) => day);
        if (last.every((day) => day < priorityPopulation.from)) return { priority: 'not-judged', rule };
        const home = this.#home(who);
        const belongs = belongsTo(priorityPopulation.rule, {
          attributes: this.#said(who),
          ...(home === undefined ? {} : { deprivationDecile: home.decile, inArea: home.inArea }),
        });
        return { priority: belongs === undefined ? null : belongs ? 'yes' : 'no', rule };
      },
      { priority: null, rule },
    );
  }

  #characteristics(): readonly {
    readonly characteristic: string;
    readonly valueOf: (visit: Visit, start: string | null) => string | null;
  }[] {
    const { characteristics = [] } = this.#programme;
    const asked = characteristics.map(({ characteristic, attribute, roles, groups }) => ({
      characteristic,
      valueOf: ({ who, role }: Visit): string | null => {
        const said = this.#said(who)[attribute];
        if (said !== undefined) return groups?.[said] ?? said;
        return roles.includes(role) ? null : 'not-applicable';
      },
    }));
    const followed = [
      { characteristic: 'lsoa', valueOf: ({ who }: Visit) => this.#people.get(who)?.lsoa ?? null },
      {
        characteristic: 'ward',
        valueOf: ({ who }: Visit) =>
          this.#people.get(who)?.lsoa === undefined ? null : (this.#home(who)?.ward ?? 'no-ward'),
      },
      {
        characteristic: 'deprivationDecile',
        valueOf: ({ who }: Visit) => this.#home(who)?.decile.toString() ?? null,
      },
      {
        characteristic: 'deprivationQuintile',
        valueOf: ({ who }: Visit) => {
          const home = this.#home(who);
          return home === undefined ? null : Math.ceil(home.decile / 2).toString();
        },
      },
      {
        characteristic: 'ageBand',
        valueOf: (visit: Visit, start: string | null) => this.#ageBand(visit.who, start),
      },
    ];
    return [...asked, ...followed];
  }

  byCharacteristic(): readonly RecountedRow[] {
    return this.#characteristics().flatMap(({ characteristic, valueOf }) =>
      this.#broken(
        ['children', 'adults'],
        (visit, start) => ({ characteristic, value: valueOf(visit, start) }),
        { characteristic, value: null },
      ),
    );
  }

  /** How certain the reach of each group is. */
  uncertainty(): readonly RecountedRow[] {
    const { engagements, registrations = [], referrals = [] } = this.#programme;
    const live = engagements.filter(({ retired, setAside }) => retired !== true && setAside === undefined);
    const pairs = unique(
      referrals.flatMap(([one, other]) => {
        const people = [engagements[one], engagements[other]].map((row) =>
          row !== undefined && live.includes(row) ? row.person : undefined,
        );
        const [first, second] = people;
        if (first === undefined || second === undefined || first === second) return [];
        return JSON.stringify(people.toSorted());
      }),
    ).map((pair) => JSON.parse(pair) as [string, string]);
    const isNameless = (who: string) =>
      !registrations.some(({ person }) => person === who) &&
      live.every(({ person, unidentifiedCase }) => person !== who || unidentifiedCase !== undefined);
    const all = { characteristic: 'all', valueOf: (): string | null => 'all' };
    const bounded = this.#characteristics().filter(
      ({ characteristic }) => !['lsoa', 'deprivationDecile'].includes(characteristic),
    );
    return [all, ...bounded].flatMap(({ characteristic, valueOf }) =>
      this.#each((scope, start) => {
        const { unlinkable, referred } = this.#doubtsOf(scope, start);
        const here = this.#visitsIn(scope, start);
        const everybody = unique(here.map(({ who }) => who));
        const groups = Map.groupBy(here, (visit) => valueOf(visit, start));
        if (characteristic === 'all' && groups.size === 0) groups.set('all', []);
        return [...groups].map(([value, visits]) => {
          const people = unique(visits.map(({ who }) => who));
          const pairsHere = pairs.filter(
            (pair) =>
              pair.every((who) => everybody.includes(who)) && pair.some((who) => people.includes(who)),
          ).length;
          const without = people.filter(isNameless).length;
          // No row of these programmes says more than that it is of the individual: each could be one person more.
          const indistinct = visits.length - people.length;
          const again =
            distinct(visits, ({ who, service }) => JSON.stringify([who, service])) - people.length;
          return {
            ...{ characteristic, value, individuals: people.length, again, unlinkable, referred },
            ...{ pairs: pairsHere, without, indistinct },
            atLeast: Math.max(
              people.length - without - pairsHere,
              characteristic === 'all' ? Math.min(people.length, 1) : 0,
            ),
            atMost: people.length + indistinct + unlinkable + referred,
            joinedByScore: 0,
          };
        });
      }),
    );
  }

  throughCarers(): readonly RecountedRow[] {
    const { carers = [] } = this.#programme;
    return this.#each((scope, start) => {
      const here = this.#visitsIn(scope, start);
      const reached = new Set(here.map(({ who }) => who));
      const adults = new Set(here.filter(({ role }) => role === 'adult').map(({ who }) => who));
      const children = unique(here.filter(({ role }) => role === 'child').map(({ who }) => who));
      const carersOf = (child: string) => carers.filter(([of]) => of === child).map(([, carer]) => carer);
      const way = (child: string) =>
        carersOf(child).some((carer) => adults.has(carer)) ? 1 : carersOf(child).length > 0 ? 2 : 3;
      const others = unique(carers.map(([child]) => child)).filter(
        (child) => !reached.has(child) && carersOf(child).some((carer) => adults.has(carer)),
      );
      return [
        {
          withCarer: children.filter((child) => way(child) === 1).length,
          carerNotReached: children.filter((child) => way(child) === 2).length,
          noKnownCarer: children.filter((child) => way(child) === 3).length,
          throughCarerOnly: others.length,
        },
      ];
    });
  }

  byServicesUsed(): readonly RecountedRow[] {
    return this.#each((scope, start) => {
      const here = this.#visitsIn(scope, start);
      return [1, 2, 3, 4].map((services) => {
        const count = <Each extends Visit>(visits: readonly Each[], of: (visit: Each) => string) =>
          [...Map.groupBy(visits, of).values()].filter(
            (own) =>
              Math.min(
                4,
                distinct(own, ({ service }) => service),
              ) === services,
          ).length;
        return {
          services,
          children: count(
            here.filter(({ role }) => role === 'child'),
            ({ who }) => who,
          ),
          adults: count(
            here.filter(({ role }) => role === 'adult'),
            ({ who }) => who,
          ),
          individuals: count(here, ({ who }) => who),
          families: count(here.filter(hasFamily), ({ family }) => family),
        };
      });
    });
  }

  pairs(): readonly RecountedRow[] {
    return this.#combinations(
      ({ one, other }) => ({ one, other }),
      (first) => {
        const services = this.#inOrder([...first.keys()]);
        return services.flatMap((one, index) =>
          services.slice(index + 1).map((other) => ({ one, other, onOneDay: false })),
        );
      },
      false,
    );
  }

  steps(): readonly RecountedRow[] {
    return this.#combinations(
      ({ one, other }) => ({ entry: one, next: other }),
      (first) => {
        const [one, other] = this.#inOrder([...first.keys()]).toSorted((a, b) =>
          (first.get(a) ?? '').localeCompare(first.get(b) ?? ''),
        );
        if (one === undefined || other === undefined) return [];
        return [{ one, other, onOneDay: first.get(one) === first.get(other) }];
      },
      true,
    );
  }

  dosage(): readonly RecountedRow[] {
    const { registrations = [], services } = this.#programme;
    const { until, from, by, scope: asked } = this.#question;
    const rows: RecountedRow[] = [];
    for (const { id: service, strand } of services) {
      if (strand === null || (asked !== null && asked !== `service:${service}`)) continue;
      const visits = this.#visits.filter((visit) => visit.service === service);
      const registered = registrations.flatMap(({ person, service: of, date }) => {
        const role = this.#people.get(person)?.role;
        if (of !== service || (role !== 'child' && role !== 'adult')) return [];
        if (date !== undefined && until !== null && date >= until) return [];
        return [{ who: person, role, day: date }];
      });
      const doubts = this.#doubts.filter(({ scopes }) => scopes.includes(`service:${service}`));
      const days = [...visits, ...registered, ...doubts].flatMap(({ day }) =>
        day !== undefined && this.#isWithin(day) ? day : [],
      );
      const starts = by === 'quarter' ? unique(days.map((day) => quarterOf(day))) : [null];
      for (const start of starts) {
        const end = start === null ? until : earliest(nextQuarter(start), until);
        const upTo = ({ day }: { day?: string | undefined }) =>
          day === undefined || end === null || day < end;
        const active = ({ day }: { day?: string | undefined }) =>
          day === undefined ? from === null && by === 'period' : this.#isIn(day, start);
        const lastOfService = visits
          .map(({ day }) => day)
          .toSorted()
          .at(-1);
        const people = unique(
          [...visits, ...registered].filter(active).map(({ who, role }) => `${role} ${who}`),
        );
        const told = people.map((key) => {
          const isOwn = ({ who, role }: { who: string; role: string }) => `${role} ${who}` === key;
          const own = visits.filter(isOwn).filter(upTo);
          const listed = registered.filter(isOwn).filter(upTo);
          const seen = [...own, ...listed].flatMap(({ day }) => day ?? []).toSorted();
          const began = own.map(({ day }) => day).toSorted()[0] ?? seen[0];
          const numbers =
            began === undefined ? undefined : this.#termsOf(service).findLast((one) => one.from <= began);
          const reference = end === null ? lastOfService : nextDay(end, -1);
          const last = seen.at(-1);
          const recent =
            reference !== undefined &&
            last !== undefined &&
            Date.parse(reference) - Date.parse(last) < (numbers?.endsAfterDays ?? 90) * 86_400_000;
          return {
            ...{
              role: key.split(' ')[0],
              minimum: numbers?.minimum ?? null,
              intended: numbers?.intended ?? null,
            },
            band: bandOf(own.length, numbers),
            goesOn: recent && (numbers === undefined || own.length < numbers.intended),
          };
        });
        const bands = [
          ...Map.groupBy(told, ({ band, minimum, intended }) =>
            JSON.stringify([band, minimum, intended]),
          ).values(),
        ];
        const doubtful = this.#doubtsOf(`service:${service}`, start);
        const hasDoubts = doubtful.unlinkable + doubtful.referred > 0;
        const isUnknown = ([one]: (typeof bands)[number]) => one?.band === null && one.minimum === null;
        if (hasDoubts && !bands.some(isUnknown)) bands.push([]);
        for (const group of bands) {
          const [one] = group;
          const count = (role: Role, goesOn: boolean) =>
            group.filter((each) => each.role === role && (each.goesOn || !goesOn)).length;
          const row = {
            ...{ start, scope: `service:${service}`, band: one?.band ?? null },
            ...{ minimum: one?.minimum ?? null, intended: one?.intended ?? null },
            ...{ children: count('child', false), adults: count('adult', false) },
            ...{ childrenInProgress: count('child', true), adultsInProgress: count('adult', true) },
            ...(one === undefined || isUnknown(group) ? doubtful : { unlinkable: 0, referred: 0 }),
          };
          rows.push(row);
        }
      }
    }
    return rows;
  }

  population(): readonly RecountedRow[] {
    const populations = (this.#programme.definition?.['populations'] ?? []) as readonly Population[];
    return populations.flatMap((population) => this.#populationRows(population));
  }

  #populationRows(population: Population): readonly RecountedRow[] {
    const { id, of, source, on } = population;
    const edition = 'edition' in source ? `${source.edition}, ${on}` : `${source.dataset}, ${on}`;
    const role = of === 'children' ? 'child' : of === 'adults' ? 'adult' : undefined;
    const listed =
      'dataset' in source
        ? new Set(
            (this.#programme.registrations ?? [])
              .filter(({ service }) => `${service}.user` === source.dataset)
              .map(({ person }) => person)
              .filter((person) => {
                const own = this.#people.get(person)?.role;
                return role === undefined ? own === 'child' || own === 'adult' : own === role;
              }),
          )
        : undefined;
    const tabled =
      'rows' in source
        ? new Map(source.rows.map(({ lsoa, count }) => [lsoa, count]))
        : new Map<string, number>();
    const isOfIt = (who: string): boolean => {
      const { lsoa } = this.#people.get(who) ?? {};
      return listed === undefined ? lsoa === undefined || tabled.has(lsoa) : listed.has(who);
    };
    /** Undefined where the birth month is not known. */
    const isOfAge = (who: string): boolean | undefined => {
      const age = this.#ageOn(who, on);
      if (population.agedUnder === undefined) return true;
      return age === undefined ? undefined : age >= 0 && age < population.agedUnder;
    };
    const areaValues = (lsoa: string | undefined): (readonly [string, string | null])[] => {
      const home = smallArea.find((each) => each.lsoa === lsoa);
      const all = lsoa === undefined && listed === undefined ? null : 'all';
      return [
        ['all', all],
        ['lsoa', lsoa ?? null],
        ['deprivationDecile', home?.decile.toString() ?? null],
        ['deprivationQuintile', home === undefined ? null : Math.ceil(home.decile / 2).toString()],
        ['ward', lsoa === undefined ? null : (home?.ward ?? 'no-ward')],
      ];
    };
    const values = (who: string): (readonly [string, string | null])[] => [
      ...areaValues(this.#people.get(who)?.lsoa),
      ...(listed === undefined ? [] : (this.#programme.characteristics ?? [])).map(
        ({ characteristic, attribute, groups, roles }) => {
          const said = this.#said(who)[attribute];
          const own = this.#people.get(who)?.role;
          const value =
            said === undefined
              ? roles.some((each) => each === own)
                ? null
                : 'not-applicable'
              : (groups?.[said] ?? said);
          return [characteristic, value] as const;
        },
      ),
    ];
    const keyOf = (who: string) => (role === undefined ? this.#familyOf(who) : who);
    const added = (set: Set<string> | undefined, who: string): Set<string> => {
      const of = keyOf(who);
      return new Set([...(set ?? []), ...(of === undefined ? [] : [of])]);
    };
    const people = new Map<string, number>();
    if (listed === undefined) {
      for (const [lsoa, count] of tabled)
        for (const pair of areaValues(lsoa))
          people.set(JSON.stringify(pair), (people.get(JSON.stringify(pair)) ?? 0) + count);
    } else {
      const sets = new Map<string, Set<string>>();
      for (const who of listed)
        if (isOfAge(who) === true)
          for (const pair of values(who)) {
            const key = JSON.stringify(pair);
            sets.set(key, added(sets.get(key), who));
          }
      for (const [key, set] of sets) people.set(key, set.size);
    }
    return this.#each((scope, start) => {
      const here = this.#visitsIn(scope, start).filter((visit) => role === undefined || visit.role === role);
      if (this.#visitsIn(scope, start).length === 0) return [];
      const reached = new Map<string, Set<string>>();
      const ageless = new Map<string, Set<string>>();
      for (const { who } of here) {
        const aged = isOfAge(who);
        if (aged === false || !isOfIt(who)) continue;
        const into = aged === true ? reached : ageless;
        for (const pair of values(who)) {
          const key = JSON.stringify(pair);
          into.set(key, added(into.get(key), who));
        }
      }
      return unique([...people.keys(), ...reached.keys(), ...ageless.keys()]).map((key) => {
        const [characteristic, value] = JSON.parse(key) as [string, string | null];
        const whole = people.get(key) ?? 0;
        const came = reached.get(key)?.size ?? 0;
        return {
          ...{ population: id, edition, characteristic, value, populationCount: whole, reached: came },
          notReached: Math.max(whole - came, 0),
          beyondPopulation: value === null && listed === undefined ? 0 : Math.max(came - whole, 0),
          reachedOfUnknownAge: ageless.get(key)?.size ?? 0,
        };
      });
    }, true);
  }

  #combinations(
    dimensionsOf: (pair: { one: string; other: string }) => Readonly<Record<string, string>>,
    pairsOf: (
      first: ReadonlyMap<string, string>,
    ) => readonly { one: string; other: string; onOneDay: boolean }[],
    hasDays: boolean,
  ): readonly RecountedRow[] {
    return this.#each((scope, start) => {
      if (scope.startsWith('service:')) return [];
      const here = this.#visitsIn(scope, start);
      const found = new Map<string, Record<string, number>>();
      const add = <Each extends Visit>(
        kind: string,
        visits: readonly Each[],
        of: (visit: Each) => string,
      ) => {
        for (const own of Map.groupBy(visits, of).values()) {
          const first = new Map<string, string>();
          for (const { service, day } of own)
            first.set(service, earliest(first.get(service) ?? day, day) ?? day);
          for (const { one, other, onOneDay } of pairsOf(first)) {
            const key = JSON.stringify([one, other]);
            const counts = found.get(key) ?? {
              individuals: 0,
              children: 0,
              adults: 0,
              families: 0,
              onOneDay: 0,
            };
            counts[kind] = (counts[kind] ?? 0) + 1;
            if (kind === 'individuals' && onOneDay) counts['onOneDay'] = (counts['onOneDay'] ?? 0) + 1;
            found.set(key, counts);
          }
        }
      };
      add('individuals', here, ({ who }) => who);
      add(
        'children',
        here.filter(({ role }) => role === 'child'),
        ({ who }) => who,
      );
      add(
        'adults',
        here.filter(({ role }) => role === 'adult'),
        ({ who }) => who,
      );
      add('families', here.filter(hasFamily), ({ family }) => family);
      return [...found]
        .toSorted(
          ([aKey, a], [bKey, b]) =>
            (b['individuals'] ?? 0) - (a['individuals'] ?? 0) ||
            (b['families'] ?? 0) - (a['families'] ?? 0) ||
            (aKey < bKey ? -1 : 1),
        )
        .slice(0, 20)
        .map(([key, { onOneDay, ...counts }]) => {
          const [one, other] = JSON.parse(key) as [string, string];
          return {
            ...dimensionsOf({ one, other }),
            ...counts,
            ...(hasDays ? { onOneDay: onOneDay ?? 0 } : {}),
          };
        });
    });
  }

  /** Services in the order of the definition: by strand, administrative sources last. */
  #inOrder(services: readonly string[]): readonly string[] {
    const strands = unique(this.#programme.services.flatMap(({ strand }) => strand ?? []));
    const ordered = this.#programme.services.toSorted(
      (a, b) => place(strands, a.strand) - place(strands, b.strand),
    );
    return ordered.map(({ id }) => id).filter((id) => services.includes(id));
  }

  #termsOf(service: string): readonly SessionNumbers[] {
    const services = (this.#programme.definition?.['services'] ?? []) as readonly {
      readonly id: string;
      readonly sessions?: readonly SessionNumbers[];
    }[];
    return services.find(({ id }) => id === service)?.sessions ?? [];
  }

  /** Rows of people by their dimensions, and rows of nobody where these are unknown. */
  #broken(
    columns: readonly ('children' | 'adults' | 'families')[],
    dimensionsOf: (visit: Visit, start: string | null) => RecountedRow,
    unknown: RecountedRow,
  ): readonly RecountedRow[] {
    return this.#each((scope, start) => {
      const here = this.#visitsIn(scope, start).map((visit) => ({
        visit,
        dimensions: dimensionsOf(visit, start),
      }));
      const doubts = this.#doubtsOf(scope, start);
      const keys = unique([
        ...here.map(({ dimensions }) => JSON.stringify(dimensions)),
        ...(doubts.unlinkable + doubts.referred > 0 ? [JSON.stringify(unknown)] : []),
      ]);
      return keys.map((key) => {
        const own = here
          .filter(({ dimensions }) => JSON.stringify(dimensions) === key)
          .map(({ visit }) => visit);
        const counts = {
          children: distinct(
            own.filter(({ role }) => role === 'child'),
            ({ who }) => who,
          ),
          adults: distinct(
            own.filter(({ role }) => role === 'adult'),
            ({ who }) => who,
          ),
          families: distinct(own.filter(hasFamily), ({ family }) => family),
        };
        return {
          ...(JSON.parse(key) as RecountedRow),
          ...Object.fromEntries(columns.map((column) => [column, counts[column]])),
          ...(key === JSON.stringify(unknown) ? doubts : { unlinkable: 0, referred: 0 }),
        };
      });
    });
  }

  /** Rows of every scope and period that count something. */
  #each(
    rowsOf: (scope: string, start: string | null) => readonly RecountedRow[],
    keepsNoughts = false,
  ): readonly RecountedRow[] {
    const days = [...this.#visits, ...this.#doubts]
      .map(({ day }) => day)
      .filter((day) => this.#isWithin(day));
    const starts = this.#question.by === 'quarter' ? unique(days.map((day) => quarterOf(day))) : [null];
    return starts
      .flatMap((start) =>
        this.#scopes().flatMap((scope) => rowsOf(scope, start).map((row) => ({ start, scope, ...row }))),
      )
      .filter((row) => keepsNoughts || isCounted(row));
  }

  #familyOf(who: string): string | undefined {
    const { engagements, registrations = [] } = this.#programme;
    const isIdentified =
      registrations.some(({ person }) => person === who) ||
      engagements.some(
        ({ person, setAside, retired, unidentifiedCase }) =>
          person === who && setAside === undefined && retired !== true && unidentifiedCase === undefined,
      );
    return this.#people.get(who)?.family ?? (isIdentified ? `alone ${who}` : undefined);
  }

  #roleOf({ role, person }: SmallEngagement): Role | undefined {
    const own = role ?? this.#people.get(person ?? '')?.role ?? 'adult';
    return own === 'child' || own === 'adult' ? own : undefined;
  }

  #scopesOf(service: string): readonly string[] {
    const strand = this.#programme.services.find(({ id }) => id === service)?.strand ?? null;
    return ['programme', ...(strand === null ? [] : [`strand:${strand}`]), `service:${service}`];
  }

  #scopes(): readonly string[] {
    const all = unique(this.#programme.services.flatMap(({ id }) => this.#scopesOf(id)));
    return this.#question.scope === null ? all : all.filter((scope) => scope === this.#question.scope);
  }

  #visitsOf(scope: string): readonly Visit[] {
    return this.#visits.filter(({ scopes }) => scopes.includes(scope));
  }

  #visitsIn(scope: string, start: string | null): readonly Visit[] {
    return this.#visitsOf(scope).filter(({ day }) => this.#isIn(day, start));
  }

  #doubtsOf(scope: string, start: string | null) {
    const here = this.#doubts.filter(({ scopes, day }) => scopes.includes(scope) && this.#isIn(day, start));
    const of = (name: string) => here.filter(({ reason }) => reason === name).length;
    return { unlinkable: of('unlinkable'), referred: of('referred') };
  }

  #isWithin(day: string): boolean {
    const { from, until } = this.#question;
    return (from === null || day >= from) && (until === null || day < until);
  }

  #isIn(day: string, start: string | null): boolean {
    return this.#isWithin(day) && (start === null || quarterOf(day) === start);
  }

  /** Quarters in a row from the first to the last of these days. */
  #quartersFrom(days: readonly string[]): readonly string[] {
    const ordered = days.toSorted();
    const last = quarterOf(ordered.at(-1) ?? '');
    const found: string[] = [];
    if (ordered[0] === undefined) return found;
    for (let start = quarterOf(ordered[0]); start <= last; start = nextQuarter(start)) found.push(start);
    return found;
  }

  #home(who: string) {
    return smallArea.find(({ lsoa }) => lsoa === this.#people.get(who)?.lsoa);
  }

  #said(who: string): Readonly<Record<string, string>> {
    return this.#people.get(who)?.attributes ?? {};
  }

  #edition(): string | null {
    const area = this.#programme.definition?.['area'] as
      { edition?: string; boundaryYear?: number } | undefined;
    if (area?.edition !== undefined) return area.edition;
    return area?.boundaryYear === undefined ? null : `${area.boundaryYear} boundaries`;
  }

  #ageOn(who: string, day: string): number | undefined {
    const born = this.#said(who)['birthMonth'];
    if (born === undefined) return undefined;
    const months = (text: string) => Number(text.slice(0, 4)) * 12 + Number(text.slice(5, 7));
    return Math.floor((months(day) - months(born)) / 12);
  }

  #ageBand(who: string, start: string | null): string | null {
    const { until } = this.#question;
    const end = start === null ? until : earliest(nextQuarter(start), until);
    const first = this.#visits
      .filter((visit) => visit.who === who && this.#isWithin(visit.day))
      .map(({ day }) => day)
      .toSorted()[0];
    const age = this.#ageOn(who, end === null ? (first ?? '') : nextDay(end, -1));
    if (age === undefined) return null;
    if (age < 0) return 'before-birth';
    if (age < 5) return String(age);
    const low = Math.floor(age / 5) * 5;
    return age < 50 ? `${low}-${low + 4}` : '50+';
  }
}

const place = (strands: readonly string[], strand: string | null): number =>
  strand === null ? strands.length : strands.indexOf(strand);

const earliest = (one: string | null, other: string | null): string | null =>
  one === null ? other : other === null || one < other ? one : other;

const keysOfRow = new Set(['start', 'scope', 'services', 'minimum', 'intended']);
const isCounted = (row: RecountedRow): boolean =>
  Object.entries(row).some(([name, value]) => typeof value === 'number' && !keysOfRow.has(name) && value > 0);

function bandOf(sessions: number, numbers: SessionNumbers | undefined): string | null {
  if (sessions === 0) return '0';
  if (numbers === undefined) return null;
  if (sessions >= numbers.intended) return 'intended';
  if (sessions >= numbers.minimum) return 'minimum';
  return sessions === 1 ? '1' : 'below-minimum';
}
