import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
const engine = readFileSync(require.resolve('accessibility-checker-engine/ace.js'), 'utf8');
/** Certain violations of WCAG 2.2 AA on the open page as rendered: contrast, names, structure. */
export async function accessibilityProblems(page) {
    await page.evaluate(engine);
    const results = await page.evaluate(`new ace.Checker().check(document, ['WCAG_2_2']).then(({ results }) => results.map(({ ruleId, value, path, message }) => ({ ruleId, value, path, message })))`);
    if (results.length === 0)
        throw new Error('the accessibility engine has looked at nothing');
    return results
        .filter(({ value }) => value[1] === 'FAIL' && value[0] === 'VIOLATION')
        .map(({ ruleId, path, message }) => `${ruleId}: ${message} (${path.dom})`);
}
/** Measures the layout of the open page. */
export const layoutOf = (page) => page.evaluate(`(() => {
    const root = document.documentElement;
    const wrongCues = [...document.querySelectorAll('table')].flatMap((table) => {
      const region = table.closest('.kl-wide__region');
      if (region === null) return table.scrollWidth > table.parentElement.clientWidth ? [table.caption.innerText + ' has no region'] : [];
      const cue = region.parentElement.querySelector('.kl-wide__cue');
      const scrolls = region.scrollWidth > region.clientWidth + 1;
      return scrolls === (cue.offsetHeight > 0) ? [] : [region.ariaLabel + (scrolls ? ' scrolls and does not say so' : ' says that it scrolls')];
    });
    const shown = [...document.querySelectorAll('svg.kl-chart')].filter((chart) => chart.getBoundingClientRect().width > 0);
    const texts = shown.flatMap((chart) => [...chart.querySelectorAll('text')].map((text) => ({ text, chart })));
    const sizes = texts.map(({ text, chart }) => parseFloat(getComputedStyle(text).fontSize) * chart.getBoundingClientRect().width / chart.viewBox.baseVal.width);
    const chartClashes = texts.flatMap(({ text, chart }, index) => {
      const box = text.getBoundingClientRect();
      const frame = chart.getBoundingClientRect();
      const outside = box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
      const over = texts.slice(index + 1).filter(({ text: other }) => {
        const against = other.getBoundingClientRect();
        return box.left < against.right && against.left < box.right && box.top < against.bottom && against.top < box.bottom;
      });
      return [...(outside ? [text.textContent + ' is outside'] : []), ...over.map((other) => text.textContent + ' lies over ' + other.text.textContent)];
    });
    return { overflow: root.scrollWidth - root.clientWidth, wrongCues, chartText: sizes.length === 0 ? null : Math.min(...sizes), chartClashes };
  })()`);
//# sourceMappingURL=page-checks.js.map