/** One record as it was assigned, beside whom it is truly about. */
export interface JudgedRecord {
  readonly person: string;
  /** Undefined where it was set aside: it stands alone. */
  readonly individual: string | undefined;
}

/** Pairwise: of all pairs of records, those that truly are of one person against those that were put together. */
export interface LinkageQuality {
  readonly records: number;
  readonly setAside: number;
  readonly people: number;
  readonly individuals: number;
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  /** 1 where nothing was put together. */
  readonly precision: number;
  /** 1 where no two records are of one person. */
  readonly recall: number;
}

const pairs = (count: number): number => (count * (count - 1)) / 2;

/** Counts pairs by groups, not one by one: linear in the number of records. */
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
