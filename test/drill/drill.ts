import { setTimeout as pause } from 'node:timers/promises';
import type { LocalPrometheus } from '../support/prometheus.js';
import { onObjectives, type Fault } from './faults.js';
import type { DrillSite } from './site.js';

/** What one fault made of the alerts. */
export interface Drilled {
  readonly fault: Fault;
  /** From the fault until its alert fired. */
  readonly seconds: number;
  /** The others that began to fire meanwhile. */
  readonly beside: readonly string[];
}

/** The longest rule takes 17 minutes. */
const PATIENCE_MS = 25 * 60_000;
const LOOK_EVERY_MS = 200;

/**
 * Brings a fault about, waits until its alert fires, mends it, and waits until the alert is over, unless it lingers.
 * @throws Error if the alert does not fire, or does not end, within 25 minutes.
 */
export async function drill(fault: Fault, site: DrillSite, prometheus: LocalPrometheus): Promise<Drilled> {
  // Prometheus has to have heard of every service once, and an earlier fault to be over.
  const isQuiet = async () => !(await prometheus.active()).includes(fault.alert);
  await until(`${fault.alert} is quiet`, isQuiet);
  const before = new Set(await prometheus.active());
  const beside = new Set<string>();
  const since = performance.now();
  const mend = await fault.strike(site);
  let seconds: number;
  try {
    await until(`${fault.alert} fires`, async () => {
      const firing = await prometheus.firing();
      for (const alert of firing) if (alert !== fault.alert && !before.has(alert)) beside.add(alert);
      return firing.includes(fault.alert);
    });
    seconds = (performance.now() - since) / 1000;
  } finally {
    await mend();
  }
  if (fault.lingers !== true) await until(`${fault.alert} is over`, isQuiet);
  return { fault, seconds, beside: [...beside].sort() };
}

/** What is wrong: alerts that mean something else than the fault or what follows from it, and those that are missing. */
export function wrongAlerts({ fault, beside }: Drilled): string[] {
  const { name, also = [], follows } = fault;
  const isWanted = (alert: string) =>
    also.includes(alert) || follows.includes(alert) || onObjectives.has(alert);
  return [
    ...beside.filter((alert) => !isWanted(alert)).map((alert) => `${name}: ${alert} fired beside`),
    ...also.filter((alert) => !beside.includes(alert)).map((alert) => `${name}: ${alert} did not fire`),
  ];
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const limit = performance.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (performance.now() > limit) throw new Error(`it never became true that ${what}`);
    await pause(LOOK_EVERY_MS);
  }
}
