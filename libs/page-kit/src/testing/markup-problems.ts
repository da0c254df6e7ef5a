import { HtmlValidate } from 'html-validate';

const validator = new HtmlValidate({
  extends: ['html-validate:recommended', 'html-validate:document'],
  rules: {
    // Files of the same service need no integrity digest.
    'require-sri': ['error', { target: 'crossorigin' }],
    // Matters of style, which the design system’s macros decide.
    'no-trailing-whitespace': 'off',
    'long-title': 'off',
    // A region that the keyboard can scroll needs a name and a role.
    'prefer-native-element': 'off',
  },
});

/** The errors that an HTML validator finds in a document, one a line. */
export async function markupProblems(html: string): Promise<readonly string[]> {
  const report = await validator.validateString(html);
  return report.results
    .flatMap(({ messages }) => messages)
    .map(({ ruleId, message, line, selector }) => `${ruleId}, line ${line}: ${message} (${selector ?? ''})`);
}
