import type { QuartersAnswer } from '../figures/reach-answer.js';

type Quarter = QuartersAnswer['quarters'][number];

const WIDTH = 960;
const HEIGHT = 360;
const LEFT = 64;
const RIGHT = 16;
const TOP = 40;
const BOTTOM = 44;
const PLOT_HEIGHT = HEIGHT - TOP - BOTTOM;

/**
 * Reach by quarter as SVG: stacked bars of children and adults, a line of families. Drawn on the server, so that it
 * shows without JavaScript; the table beside it carries the same figures for those who do not see it.
 */
export function quarterChart(quarters: readonly Quarter[]): string {
  const top = Math.max(
    1,
    ...quarters.map(({ children, adults, families }) => Math.max(children + adults, families)),
  );
  const step = tickStep(top);
  const ceiling = Math.ceil(top / step) * step;
  const slot = (WIDTH - LEFT - RIGHT) / Math.max(1, quarters.length);
  const barWidth = Math.min(64, slot * 0.6);
  const x = (index: number) => LEFT + slot * (index + 0.5);
  const y = (value: number) => TOP + PLOT_HEIGHT * (1 - value / ceiling);
  const bar = (index: number, from: number, to: number, kind: string) =>
    `<rect class="kl-chart__${kind}" x="${round(x(index) - barWidth / 2)}" y="${round(y(to))}" width="${round(barWidth)}" height="${round(y(from) - y(to))}"/>`;
  const ticks = Array.from({ length: Math.round(ceiling / step) + 1 }, (_, index) => index * step);
  // With many quarters every second or third label is enough to read along.
  const every = Math.ceil(quarters.length / 12);
  return [
    `<svg class="kl-chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Reach by quarter">`,
    legend(),
    ...ticks.map(
      (tick) =>
        `<line class="kl-chart__grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${round(y(tick))}" y2="${round(y(tick))}"/>` +
        `<text x="${LEFT - 8}" y="${round(y(tick) + 5)}" text-anchor="end">${tick.toLocaleString('en-GB')}</text>`,
    ),
    ...quarters.flatMap(({ children, adults }, index) => [
      bar(index, 0, children, 'children'),
      bar(index, children, children + adults, 'adults'),
    ]),
    `<polyline class="kl-chart__families" points="${quarters.map(({ families }, index) => `${round(x(index))},${round(y(families))}`).join(' ')}"/>`,
    ...quarters.map(
      ({ families }, index) =>
        `<circle class="kl-chart__family-mark" cx="${round(x(index))}" cy="${round(y(families))}" r="4"/>`,
    ),
    ...quarters.map(({ label }, index) =>
      index % every === 0
        ? `<text x="${round(x(index))}" y="${HEIGHT - 16}" text-anchor="middle">${escape(label)}</text>`
        : '',
    ),
    '</svg>',
  ].join('');
}

const legend = () =>
  [
    `<rect class="kl-chart__children" x="${LEFT}" y="8" width="14" height="14"/><text x="${LEFT + 22}" y="20">Children</text>`,
    `<rect class="kl-chart__adults" x="${LEFT + 110}" y="8" width="14" height="14"/><text x="${LEFT + 132}" y="20">Adults</text>`,
    `<line class="kl-chart__families" x1="${LEFT + 206}" x2="${LEFT + 234}" y1="15" y2="15"/><circle class="kl-chart__family-mark" cx="${LEFT + 220}" cy="15" r="4"/><text x="${LEFT + 242}" y="20">Families</text>`,
  ].join('');

/** A step of 1, 2 or 5 times a power of ten that makes four to ten ticks. */
function tickStep(top: number): number {
  const power = 10 ** Math.floor(Math.log10(top / 4));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => top / candidate <= 6);
  return Math.max(1, step ?? 10 * power);
}

const round = (value: number): number => Math.round(value * 10) / 10;

const escape = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => `&#${String(character.charCodeAt(0))};`);
