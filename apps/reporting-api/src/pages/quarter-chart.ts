import type { QuartersAnswer } from '../figures/reach-answer.js';

type Quarter = Omit<QuartersAnswer['quarters'][number], 'suppressed'>;

/** A quarter with known counts. */
interface Known {
  readonly children: number;
  readonly adults: number;
  readonly families: number;
}

/** Width in pixels of a label such as “Q2 2023/24” at the chart's text size, with space around it. */
const LABEL_WIDTH = 84;
const ROW_HEIGHT = 42;
const MAX_ROWS = 12;
const DESCRIPTION = 'Chart of reach by quarter. The table that follows holds the same figures.';

/**
 * Reach by quarter as SVG, drawn on the server so that it needs no JavaScript: children and adults as stacked bars,
 * families as a mark. There is one drawing per kind of screen, of which the style sheet shows one, because text in a
 * scaled-down drawing would be illegible.
 */
export function quarterCharts(quarters: readonly Quarter[]): string {
  return [
    rowsChart('kl-chart--narrow', 330, quarters.slice(-MAX_ROWS)),
    columnsChart('kl-chart--medium', 580, quarters),
    columnsChart('kl-chart--wide', 960, quarters),
  ].join('');
}

/** The number of quarters that the drawing for narrow screens leaves out. */
export const leftOutWhenNarrow = (quarters: readonly Quarter[]): number =>
  Math.max(0, quarters.length - MAX_ROWS);

/** Draws quarters side by side. */
function columnsChart(kind: string, width: number, quarters: readonly Quarter[]): string {
  const height = 360;
  const plot = { left: 64, right: width - 16, top: 48, bottom: height - 44 };
  const { ticks, ceiling } = scaleOf(quarters);
  const slot = (plot.right - plot.left) / Math.max(1, quarters.length);
  const barWidth = Math.min(64, slot * 0.6);
  // So that neighbouring marks do not touch.
  const overhang = Math.min(4, (slot - barWidth) / 4);
  const every = Math.ceil((LABEL_WIDTH + 12) / slot);
  const labelAt = (index: number) => Math.min(x(index), width - LABEL_WIDTH / 2);
  const x = (index: number) => plot.left + slot * (index + 0.5);
  const y = (value: number) => plot.bottom - ((plot.bottom - plot.top) * value) / ceiling;
  const bar = (index: number, from: number, to: number, part: string) =>
    rect(part, x(index) - barWidth / 2, y(to), barWidth, y(from) - y(to));
  return svg(kind, width, height, [
    ...legend(plot.left),
    ...ticks.map(
      (tick) =>
        line('grid', plot.left, y(tick), plot.right, y(tick)) +
        text(plot.left - 8, y(tick) + 5, 'end', tick.toLocaleString('en-GB')),
    ),
    ...quarters.flatMap((quarter, index) => {
      const known = knownOf(quarter);
      return known === undefined
        ? [text(x(index), plot.bottom - 8, 'middle', '–')]
        : [
            bar(index, 0, known.children, 'children'),
            bar(index, known.children, known.children + known.adults, 'adults'),
          ];
    }),
    ...quarters.flatMap((quarter, index) => {
      const known = knownOf(quarter);
      if (known === undefined) return [];
      const at = y(known.families);
      const ends = [x(index) - barWidth / 2 - overhang, x(index) + barWidth / 2 + overhang] as const;
      return [line('halo', ends[0], at, ends[1], at), line('families', ends[0], at, ends[1], at)];
    }),
    ...quarters.map(({ label }, index) =>
      // Without room for all labels, the latest still has one.
      (quarters.length - 1 - index) % every === 0
        ? text(labelAt(index), height - 16, 'middle', escape(label))
        : '',
    ),
  ]);
}

/** Draws quarters one below the other, for a phone. */
function rowsChart(kind: string, width: number, quarters: readonly Quarter[]): string {
  const plot = { left: 84, right: width - 12, top: 40 };
  const height = plot.top + quarters.length * ROW_HEIGHT + 28;
  const { ticks, ceiling } = scaleOf(quarters);
  const x = (value: number) => plot.left + ((plot.right - plot.left) * value) / ceiling;
  const y = (index: number) => plot.top + index * ROW_HEIGHT;
  const bottom = y(quarters.length);
  // On a narrow screen, only the ends of the scale.
  const ends = [ticks.at(0), ticks.at(-1)].filter((tick) => tick !== undefined);
  return svg(kind, width, height, [
    ...legend(0),
    ...ticks.map((tick) => line('grid', x(tick), plot.top, x(tick), bottom)),
    ...ends.map((tick) =>
      text(x(tick), bottom + 18, tick === 0 ? 'middle' : 'end', tick.toLocaleString('en-GB')),
    ),
    ...quarters.flatMap((quarter, index) => {
      const known = knownOf(quarter);
      const label = text(0, y(index) + 26, 'start', escape(quarter.label));
      if (known === undefined) return [label, text(plot.left + 4, y(index) + 26, 'start', 'No files')];
      const { children, adults, families } = known;
      const mark = [x(families), y(index) + 5, x(families), y(index) + ROW_HEIGHT - 5] as const;
      return [
        label,
        rect('children', x(0), y(index) + 9, x(children) - x(0), ROW_HEIGHT - 18),
        rect('adults', x(children), y(index) + 9, x(adults) - x(0), ROW_HEIGHT - 18),
        line('halo', ...mark),
        line('families', ...mark),
      ];
    }),
  ]);
}

const knownOf = ({ children, adults, families }: Quarter): Known | undefined =>
  children === null || adults === null || families === null ? undefined : { children, adults, families };

const svg = (kind: string, width: number, height: number, parts: readonly string[]): string =>
  `<svg class="kl-chart ${kind}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${DESCRIPTION}">${parts.join('')}</svg>`;

const legend = (left: number): readonly string[] => [
  rect('children', left, 8, 14, 14) + text(left + 20, 20, 'start', 'Children'),
  rect('adults', left + 92, 8, 14, 14) + text(left + 112, 20, 'start', 'Adults'),
  line('families', left + 176, 15, left + 198, 15) + text(left + 204, 20, 'start', 'Families'),
];

const rect = (part: string, x: number, y: number, width: number, height: number): string =>
  `<rect class="kl-chart__${part}" x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"/>`;

const line = (part: string, x1: number, y1: number, x2: number, y2: number): string =>
  `<line class="kl-chart__${part}" x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}"/>`;

const text = (x: number, y: number, anchor: 'start' | 'middle' | 'end', content: string): string =>
  `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${content}</text>`;

/** Ticks from 0 to a round number that nothing drawn exceeds. */
function scaleOf(quarters: readonly Quarter[]): {
  readonly ticks: readonly number[];
  readonly ceiling: number;
} {
  const top = Math.max(
    1,
    ...quarters.flatMap((quarter) => {
      const known = knownOf(quarter);
      return known === undefined ? [] : [known.children + known.adults, known.families];
    }),
  );
  const step = tickStep(top);
  const count = Math.ceil(top / step);
  return { ticks: Array.from({ length: count + 1 }, (_, index) => index * step), ceiling: count * step };
}

/** A step of 1, 2 or 5 times a power of ten that makes four to ten ticks. */
function tickStep(top: number): number {
  const power = 10 ** Math.floor(Math.log10(top / 4));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => top / candidate <= 6);
  return Math.max(1, step ?? 10 * power);
}

const round = (value: number): number => Math.round(value * 10) / 10;

const escape = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => `&#${String(character.charCodeAt(0))};`);
