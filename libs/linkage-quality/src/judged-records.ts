/** A record with its true person and the individual to which it was linked. */
export interface JudgedRecord {
  readonly person: string;
  /** Undefined if it was set aside, and so linked to no other record. */
  readonly individual: string | undefined;
}

/** Sizes of the groups that a set of judged records forms, by position of the record. */
export interface JudgedSizes {
  /** Number of the record’s person, from 0. */
  readonly personOf: Int32Array;
  readonly people: number;
  /** Individuals that hold at least one of the records. */
  readonly individuals: number;
  /** 1 for a record that was set aside. */
  readonly setAside: Uint8Array;
  /** Records of the record’s person, of its individual, and of both. A record that was set aside is alone. */
  readonly ofPerson: Int32Array;
  readonly ofIndividual: Int32Array;
  readonly ofBoth: Int32Array;
  /** Records of the person that were not set aside. */
  readonly linkedOfPerson: Int32Array;
}

/** Counts groups, not pairs, so the time is linear in the number of records. */
export function sizesOf(records: readonly JudgedRecord[]): JudgedSizes {
  const people = new Map<string, number>();
  const individuals = new Map<string, number>();
  const numberIn = (numbers: Map<string, number>, name: string): number => {
    const known = numbers.get(name) ?? numbers.size;
    numbers.set(name, known);
    return known;
  };
  const personOf = Int32Array.from(records, ({ person }) => numberIn(people, person));
  const individualOf = Int32Array.from(records, ({ individual }) =>
    individual === undefined ? ALONE : numberIn(individuals, individual),
  );
  const ofPerson = new Int32Array(people.size);
  const linkedOfPerson = new Int32Array(people.size);
  const ofIndividual = new Int32Array(individuals.size);
  const ofBoth = new Map<number, number>();
  const tie = (at: number): number => at32(personOf, at) * individuals.size + at32(individualOf, at);
  for (let at = 0; at < records.length; at += 1) {
    add(ofPerson, at32(personOf, at));
    if (at32(individualOf, at) === ALONE) continue;
    add(linkedOfPerson, at32(personOf, at));
    add(ofIndividual, at32(individualOf, at));
    ofBoth.set(tie(at), (ofBoth.get(tie(at)) ?? 0) + 1);
  }
  const alone = (at: number): boolean => at32(individualOf, at) === ALONE;
  const each = (size: (at: number) => number): Int32Array => Int32Array.from(records, (_, at) => size(at));
  return {
    personOf,
    people: people.size,
    individuals: individuals.size,
    setAside: Uint8Array.from(individualOf, (individual) => (individual === ALONE ? 1 : 0)),
    ofPerson: each((at) => at32(ofPerson, at32(personOf, at))),
    linkedOfPerson: each((at) => at32(linkedOfPerson, at32(personOf, at))),
    ofIndividual: each((at) => (alone(at) ? 1 : at32(ofIndividual, at32(individualOf, at)))),
    ofBoth: each((at) => (alone(at) ? 1 : (ofBoth.get(tie(at)) ?? 0))),
  };
}

const ALONE = -1;
/** An element below the length. */
const at32 = (array: Int32Array, at: number): number => array[at] as number;
const add = (array: Int32Array, at: number): void => {
  array[at] = at32(array, at) + 1;
};
