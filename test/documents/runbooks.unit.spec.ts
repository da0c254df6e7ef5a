import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serviceNames } from '@kinledger/contracts';
import { boards } from '@kinledger/dashboards';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { withoutBus, withoutDatabase } from '../drill/faults.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const pages = globSync('docs/guides/operations/runbooks/Kinledger*.md', { cwd: root }).sort();

/** Places on dashboards as pages name them. */
const places = new Set(
  boards.flatMap(({ title, rows }) => [
    title.replace('Kinledger: ', ''),
    ...rows.flatMap(({ panels }) => panels.map((panel) => panel.title)),
  ]),
);
const sources = globSync('{apps,libs}/*/src/**/*.ts', { cwd: root })
  .filter((path) => !path.includes('.spec.'))
  .map(read)
  .join('\n');
const namespaceOf = (service: string) =>
  ['ingest', 'pseudonymiser'].includes(service) ? 'kinledger-restricted' : 'kinledger-platform';

const namesIn = (text: string) => [...text.matchAll(/Kinledger\w+/g)].map(([name]) => name);

const code = (text: string) =>
  [...text.matchAll(/^```\n([\s\S]*?)^```/gm)].map(([, its = '']) => its).join('');
const prose = (text: string) => text.replaceAll(/^```\n[\s\S]*?^```/gm, '').replaceAll(/\]\([^)]*\)/g, ']');
/** What is in italics. */
const placesIn = (text: string) =>
  [
    ...prose(text)
      .replaceAll(/`[^`]*`/g, '')
      .matchAll(/(?<!\w)_([^_]+)_(?!\w)/g),
  ].map(([, place = '']) => place);
const commands = /^(kubectl|kinledger|npm|pkill|GET|SELECT|deploy\/)/;

describe.each(pages.map((path) => ({ name: basename(path, '.md'), text: read(path) })))(
  'the runbook of $name',
  ({ text }) => {
    it('says where to look first on Kubernetes and on one machine', () => {
      const [, look = ''] = /^## First look\n([\s\S]*?)^## /m.exec(text) ?? [];
      expect(look).toMatch(/^On Kubernetes:$/m);
      expect(look).toMatch(/^On one machine:$/m);
      expect(code(look)).toMatch(/^kubectl -n kinledger-/m);
    });

    it('names dashboards and panels that exist', () => {
      for (const place of placesIn(text)) expect(places).toContain(place);
    });

    it('quotes log lines that the services write', () => {
      for (const [, quoted = ''] of prose(text).matchAll(/`([^`]+)`/g)) {
        if (!quoted.includes(' ') || commands.test(quoted)) continue;
        expect(sources.includes(quoted), quoted).toBe(true);
      }
    });

    it('asks kubectl for services of the chart, in their namespaces', () => {
      const asked = text.matchAll(
        /-n (kinledger-\w+) \S+(?: \S+)*? (?:-l app\.kubernetes\.io\/component=|deployment\/kinledger-)([a-z-]+)/g,
      );
      for (const [, namespace, service = ''] of asked) {
        expect(serviceNames).toContain(service);
        expect(namespace, service).toBe(namespaceOf(service));
      }
    });
  },
);

it.each(['capacity', 'service-levels', 'what-can-go-wrong', 'monitoring'])(
  'the page on %s names dashboards, panels and backlogs that exist',
  (page) => {
    const backlogs = [...sources.matchAll(/watchedBy\(\w+, '([^']+)'\)/g)].map(([, what = '']) => what);
    const rows = boards.flatMap((board) => board.rows.map(({ title }) => title));
    const known = new Set([...places, ...rows, ...backlogs, 'you']);
    for (const place of placesIn(read(`docs/guides/operations/${page}.md`))) expect(known).toContain(place);
  },
);

it('what follows from a fault is silent while its cause fires, as the drill saw it follow', () => {
  // Alertmanager's documented form.
  const { inhibit_rules: inhibitions } = parse(read('deploy/prometheus/alertmanager-inhibitions.yaml')) as {
    readonly inhibit_rules: readonly {
      readonly source_matchers: readonly string[];
      readonly target_matchers: readonly string[];
    }[];
  };
  const alerts = new Set(pages.map((path) => basename(path, '.md')));
  const silenced = new Map<string, readonly string[]>();
  for (const { source_matchers: source, target_matchers: target } of inhibitions) {
    const [cause = ''] = namesIn(source.join());
    silenced.set(cause, namesIn(target.join()));
    for (const name of [cause, ...namesIn(target.join())]) expect(alerts).toContain(name);
  }
  expect(silenced.get('KinledgerDatabaseAway')).toEqual(withoutDatabase);
  expect(silenced.get('KinledgerMessageBusAway')).toEqual(withoutBus);
});

it('there is a runbook for each alert', () => {
  const alerts = [...read('deploy/prometheus/kinledger-alerts.yaml').matchAll(/- alert: (\w+)/g)];
  expect(pages.map((path) => basename(path, '.md'))).toEqual(alerts.map(([, alert]) => alert).sort());
});
