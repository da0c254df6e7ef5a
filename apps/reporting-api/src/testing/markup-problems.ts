import { HtmlValidate } from 'html-validate';

const validator = new HtmlValidate({
  extends: ['html-validate:recommended', 'html-validate:document'],
  rules: {
    // What comes from the same service needs no digest beside it.
    'require-sri': ['error', { target: 'crossorigin' }],
    // Matters of style, which the design system’s own macros decide.
    'no-trailing-whitespace': 'off',
    'long-title': 'off',
    // A region that can be scrolled by keyboard has to be one by name and by role.
    'prefer-native-element': 'off',
  },
});

/** What an HTML validator has against a document, a line for each place. */
export async function markupProblems(html: string): Promise<readonly string[]> {
  const report = await validator.validateString(html);
  return report.results
    .flatMap(({ messages }) => messages)
    .map(({ ruleId, message, line, selector }) => `${ruleId}, line ${line}: ${message} (${selector ?? ''})`);
}
