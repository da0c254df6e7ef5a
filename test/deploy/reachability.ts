import type { KubernetesObject, Tree } from './rendering.ts';

/** A pod, or an address outside the cluster, as network policies see it. */
export interface Place {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Outside the cluster. */
  readonly address?: string;
}

type Labels = Readonly<Record<string, string>>;

/**
 * Whether policies allow a connection: NetworkPolicy of networking.k8s.io/v1. A pod that no policy selects for a
 * direction is open in it; otherwise one selecting policy must allow the peer and the port.
 */
export function allows(policies: readonly KubernetesObject[], from: Place, to: Place, port: number): boolean {
  return permits(policies, 'Egress', from, to, port) && permits(policies, 'Ingress', to, from, port);
}

function permits(
  policies: readonly KubernetesObject[],
  direction: 'Egress' | 'Ingress',
  subject: Place,
  peer: Place,
  port: number,
): boolean {
  // Nothing outside the cluster is subject to policies.
  if (subject.address !== undefined) return true;
  const selecting = policies.filter(
    ({ metadata, spec }) =>
      metadata.namespace === subject.namespace &&
      (spec.policyTypes as string[]).includes(direction) &&
      selects(spec.podSelector, subject.labels),
  );
  if (selecting.length === 0) return true;
  const [rules, peers] =
    direction === 'Egress' ? (['egress', 'to'] as const) : (['ingress', 'from'] as const);
  return selecting.some(({ metadata, spec }) =>
    ((spec[rules] ?? []) as Tree[]).some(
      (rule) =>
        (rule.ports === undefined || (rule.ports as Tree[]).some((each) => each.port === port)) &&
        (rule[peers] === undefined ||
          (rule[peers] as Tree[]).some((each) => matches(each, peer, metadata.namespace))),
    ),
  );
}

function matches(rule: Tree, peer: Place, namespace: string): boolean {
  if (rule.ipBlock !== undefined)
    return peer.address !== undefined && inBlock(peer.address, rule.ipBlock.cidr);
  if (peer.address !== undefined) return false;
  const inNamespace =
    rule.namespaceSelector === undefined
      ? peer.namespace === namespace
      : selects(rule.namespaceSelector, { 'kubernetes.io/metadata.name': peer.namespace });
  return inNamespace && (rule.podSelector === undefined || selects(rule.podSelector, peer.labels));
}

function selects(selector: Tree, labels: Labels): boolean {
  const wanted = Object.entries((selector.matchLabels ?? {}) as Labels);
  const expressions = (selector.matchExpressions ?? []) as Tree[];
  return (
    wanted.every(([name, value]) => labels[name] === value) &&
    expressions.every(({ key, operator }) => {
      if (operator !== 'Exists')
        throw new Error(`the evaluator does not know the operator ${String(operator)}`);
      return labels[key as string] !== undefined;
    })
  );
}

function inBlock(address: string, cidr: string): boolean {
  const [base = '', bits = '32'] = cidr.split('/');
  const number = (text: string) => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(bits));
  return Math.floor(number(address) / size) === Math.floor(number(base) / size);
}
