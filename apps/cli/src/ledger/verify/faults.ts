/** Something that is not as it was signed, or as the format demands. */
export interface Fault {
  /** Position of the first event that it is about. */
  readonly position: number;
  /** Position of the last one, where one of several events is at fault and nobody can say which. */
  readonly until?: number;
  /** One clear sentence that names the position. */
  readonly sentence: string;
}

/** Faults of what was signed come first: a body that seems to be missing may follow from one. */
export type FaultKind = 'ledger' | 'beside';

const MAX_HELD = 20;

/** Counts faults, and holds the first ones: those of the ledger before those beside it, and each by position. */
export class Faults {
  readonly #held = { ledger: new Array<Fault>(), beside: new Array<Fault>() };
  #count = 0;

  add(position: number, sentence: string, kind: FaultKind = 'ledger'): void {
    this.#add({ position, sentence }, kind);
  }

  /** One of several events. A fault of a single event among them says more, and stands before this one. */
  addBetween(position: number, until: number, sentence: string): void {
    this.#add({ position, until, sentence }, 'ledger');
  }

  #add(fault: Fault, kind: FaultKind): void {
    this.#count += 1;
    const held = this.#held[kind];
    const before = held.findLastIndex((other) => placeOf(other) <= placeOf(fault));
    held.splice(before + 1, 0, fault);
    if (held.length > MAX_HELD) held.pop();
  }

  get count(): number {
    return this.#count;
  }

  /** Twenty at most. */
  get first(): readonly Fault[] {
    return [...this.#held.ledger, ...this.#held.beside].slice(0, MAX_HELD);
  }
}

const placeOf = ({ position, until = position }: Fault): number => until;
