import type { Service } from './definition/definition.js';
import type { Report } from './problem.js';

/** Checks what a service says of its sessions and targets. */
export function checkService({ sessions = [], targets = [], ...service }: Service, report: Report): void {
  sessions.forEach(({ from, minimum, intended }, index) => {
    const before = sessions[index - 1];
    if (before !== undefined && before.from >= from)
      report(`sessions[${index}].from`, `${from} is not after ${before.from}`);
    if (minimum > intended)
      report(`sessions[${index}].minimum`, `${minimum} is more than the ${intended} intended`);
  });
  if (sessions.length > 0 && !service.individualBeneficiaries)
    report('sessions', `service "${service.id}" has no individual beneficiaries`);
  const first = new Map<string, number>();
  targets.forEach(({ period, of }, index) => {
    const earlier = first.get(`${period} ${of}`);
    if (earlier === undefined) first.set(`${period} ${of}`, index);
    else report(`targets[${index}]`, `${of} in ${period} have a target at targets[${earlier}] already`);
  });
  if (service.administrative && targets.length > 0)
    report('targets', `"${service.id}" is an administrative source: it has no targets`);
}
