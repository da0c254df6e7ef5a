import { escaped } from './escaped.js';

const WIDTH = 720;
const LABEL = 220;
const NUMBER = 70;
const ROW = 28;
const colours = { up: '#28a197', down: '#d4351c', total: '#12436d' };

/**
 * Draws a sum that begins at a number and goes up and down, one line a step; it may pass below 0.
 * @returns SVG that is part of a page.
 */
export function stepsDrawing(
  description: string,
  start: number,
  steps: readonly { readonly name: string; readonly change: number }[],
): string {
  let level = start;
  const bars = steps.map(({ name, change }) => {
    const from = level;
    level += change;
    return { name, from, to: level, text: signed(change), colour: change < 0 ? colours.down : colours.up };
  });
  const all = [
    { name: 'start', from: 0, to: start, text: signed(start), colour: colours.total },
    ...bars,
    { name: 'score', from: 0, to: level, text: signed(level), colour: colours.total },
  ];
  const least = Math.min(0, ...all.flatMap(({ from, to }) => [from, to]));
  const most = Math.max(1, ...all.flatMap(({ from, to }) => [from, to]));
  const scale = (WIDTH - LABEL - NUMBER) / (most - least);
  const x = (value: number) => Math.round(LABEL + (value - least) * scale);
  const rows = all.map(({ name, from, to, text, colour }, index) => {
    const [left, right] = [x(Math.min(from, to)), x(Math.max(from, to))];
    const y = index * ROW;
    return (
      `<text x="${LABEL - 10}" y="${y + 18}" text-anchor="end">${escaped(name)}</text>` +
      `<rect x="${left}" y="${y + 5}" width="${Math.max(1, right - left)}" height="18" fill="${colour}"></rect>` +
      `<text x="${right + 6}" y="${y + 18}">${text}</text>`
    );
  });
  const height = all.length * ROW;
  const zero = `<line x1="${x(0)}" x2="${x(0)}" y1="0" y2="${height}" stroke="#505a5f"></line>`;
  return `<svg viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" role="img" aria-label="${escaped(description)}">${zero}${rows.join('')}</svg>`;
}

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`;
