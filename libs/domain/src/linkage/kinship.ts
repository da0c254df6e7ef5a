/** An individual with evidence, and its scopes as bits: bit 0 is the programme, where all evidence counts. */
export interface KinEvidence {
  readonly node: number;
  readonly scopes: number;
}

/**
 * A token that relates: children's rows carry it as their carer's, adults' rows as their own. It has force in both
 * uses.
 */
export interface KinToken {
  /** The token's channel. A relationship that several tokens support states the strongest channel. */
  readonly channel: number;
  readonly children: readonly KinEvidence[];
  readonly adults: readonly KinEvidence[];
}

export type KinKind = 'carer' | 'same-carer';

export interface Kin {
  readonly kind: KinKind;
  readonly child: number;
  readonly other: number;
  readonly channel: number;
}

export interface Kinship {
  readonly relationships: readonly Kin[];
  /** For each scope, its families, each with at least two members. */
  readonly families: readonly (readonly (readonly number[])[])[];
}

export const PROGRAMME_SCOPE = 'programme';
/** A family with more adults counts as one family, but is marked for review (domain §5). */
export const MAX_ADULTS_WITHOUT_REVIEW = 4;
/** Scopes, including the programme's, are bits of one small integer. */
export const MAX_FAMILY_SCOPES = 30;

/**
 * Computes kinship among individuals as a function of a set (seeds: Scoped Family ID; domain §4, §5; architecture §6).
 * A child is related to every adult who owns its carer's token. If nobody in the scope owns the token, the children who
 * share it are related through the first of them in `order`. The families of a scope are what its evidence connects.
 * @param order a total order of individuals that does not depend on the order of arrival.
 */
export function kinshipOf(
  tokens: readonly KinToken[],
  nodes: number,
  scopes: number,
  order: (one: number, other: number) => number,
): Kinship {
  const relationships = new Map<number, Kin>();
  const links = Array.from({ length: scopes }, () => new Links(nodes));
  const relate = (kind: KinKind, child: number, other: number, channel: number) => {
    const key = child * nodes + other;
    const known = relationships.get(key);
    if (known === undefined || known.channel > channel)
      relationships.set(key, { kind, child, other, channel });
  };
  for (const { channel, children, adults } of tokens) {
    links.forEach((linked, scope) => {
      const bit = 1 << scope;
      const minors = children.filter((evidence) => (evidence.scopes & bit) !== 0);
      const carers = adults.filter((evidence) => (evidence.scopes & bit) !== 0);
      if (carers.length > 0) {
        for (const { node: child } of minors) {
          for (const { node: carer } of carers) {
            if (child === carer) continue;
            linked.join(child, carer);
            // Evidence in a scope is also evidence in the programme, and relates the same two there.
            relate('carer', child, carer, channel);
          }
        }
        return;
      }
      const first = minors.reduce<number | null>(
        (least, { node }) => (least === null || order(node, least) < 0 ? node : least),
        null,
      );
      if (first === null) return;
      for (const { node: child } of minors) {
        if (child === first) continue;
        linked.join(child, first);
        if (scope === 0) relate('same-carer', child, first, channel);
      }
    });
  }
  return { relationships: [...relationships.values()], families: links.map((linked) => linked.families()) };
}

/** Makes each node its own root. */
function identity(nodes: number): Int32Array {
  return Int32Array.from({ length: nodes }, (_, node) => node);
}

/** The connected individuals of one scope. */
class Links {
  readonly #nodes: number;
  #parent: Int32Array | null = null;

  constructor(nodes: number) {
    this.#nodes = nodes;
  }

  join(one: number, other: number): void {
    this.#parent ??= identity(this.#nodes);
    const a = this.#find(this.#parent, one);
    const b = this.#find(this.#parent, other);
    this.#parent[Math.max(a, b)] = Math.min(a, b);
  }

  families(): number[][] {
    const parent = this.#parent;
    if (parent === null) return [];
    const members = new Map<number, number[]>();
    for (let node = 0; node < this.#nodes; node++) {
      const root = this.#find(parent, node);
      if (root === node) continue;
      const known = members.get(root);
      if (known === undefined) members.set(root, [root, node]);
      else known.push(node);
    }
    return [...members.values()];
  }

  #find(parent: Int32Array, node: number): number {
    let root = node;
    while (parent[root] !== root) root = parent[root] as number; // a node
    parent[node] = root;
    return root;
  }
}
