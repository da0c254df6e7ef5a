import { verdictTexts } from '@kinledger/decisions';
import { parsePeriod } from '@kinledger/domain';
import { figures } from '@kinledger/figures';

/** How codes are written in a preview. */
export interface PreviewNames {
  readonly quarter: (code: string) => string;
  readonly figure: (id: string) => string;
  readonly scope: (code: string) => string;
  readonly count: (name: string) => string;
  readonly reason: (code: string) => string;
}

const asItIs = (code: string): string => code;

/** As the command line takes them. */
export const codes: PreviewNames = {
  ...{ quarter: asItIs, figure: asItIs, scope: asItIs, count: asItIs, reason: asItIs },
};

const spaced = (code: string): string => code.replaceAll(/[-_]/g, ' ');
const capitalised = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
const titles = new Map<string, string>(figures.map(({ id, title }) => [id, title]));
const reasons: Readonly<Record<string, string>> = verdictTexts;

/** For a page. */
export const words: PreviewNames = {
  quarter: (code) => parsePeriod(code)?.label ?? code,
  figure: (id) => titles.get(id) ?? capitalised(spaced(id)),
  scope: (code) => {
    const [kind = '', name] = code.split(':');
    return capitalised(name === undefined ? kind : `${kind} ${spaced(name)}`);
  },
  count: (name) => capitalised(spaced(name)),
  reason: (code) => capitalised(reasons[code] ?? spaced(code)),
};
