/** A record with its true person and the individual to which it was linked. */
export interface JudgedRecord {
  readonly person: string;
  /** Undefined if it was set aside, and so linked to no other record. */
  readonly individual: string | undefined;
}

/** Pairwise quality: compares the pairs of records that truly are of one person with the pairs that were linked. */
export interface LinkageQuality {
  readonly records: number;
  readonly setAside: number;
  readonly people: number;
  readonly individuals: number;
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  /** 1 if no pair was linked. */
  readonly precision: number;
  /** 1 if no two records are of one person. */
  readonly recall: number;
}

const pairs = (count: number): number => (count * (count - 1)) / 2;

/** Counts pairs by group, so the time is linear in the number of records. */
export function linkageQuality(records: Iterable<JudgedRecord>): LinkageQuality {
  const byPerson = new Map<string, number>();
  const byIndividual = new Map<string, number>();
  const byBoth = new Map<string, number>();
  const add = (counts: Map<string, number>, key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);
  let total = 0;
  let setAside = 0;
  for (const { person, individual } of records) {
    total += 1;
    add(byPerson, person);
    if (individual === undefined) {
      setAside += 1;
      continue;
    }
    add(byIndividual, individual);
    add(byBoth, `${person} ${individual}`);
  }
  const pairsIn = (counts: Map<string, number>) =>
    counts.values().reduce((sum, size) => sum + pairs(size), 0);
  const truePositives = pairsIn(byBoth);
  const together = pairsIn(byIndividual);
  const truly = pairsIn(byPerson);
  return {
    records: total,
    setAside,
    people: byPerson.size,
    individuals: byIndividual.size,
    truePositives,
    falsePositives: together - truePositives,
    falseNegatives: truly - truePositives,
    precision: together === 0 ? 1 : truePositives / together,
    recall: truly === 0 ? 1 : truePositives / truly,
  };
}
