import type { Page } from 'playwright-core';
/** Certain violations of WCAG 2.2 AA on the open page as rendered: contrast, names, structure. */
export declare function accessibilityProblems(page: Page): Promise<readonly string[]>;
export interface Layout {
    /** Pixels by which the page is wider than the window. */
    readonly overflow: number;
    /** Regions that scroll sideways without a cue, and regions with a cue that do not scroll. */
    readonly wrongCues: readonly string[];
    /** The smallest text in a visible chart, in screen pixels; null without a chart. */
    readonly chartText: number | null;
    /** Chart texts that overlap one another or lie outside the chart. */
    readonly chartClashes: readonly string[];
}
/** Measures the layout of the open page. */
export declare const layoutOf: (page: Page) => Promise<Layout>;
//# sourceMappingURL=page-checks.d.ts.map