import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** Who may import whom. Scopes are zones of the architecture; types are layers. */
const boundaries = [
  // An app is a process of its own: nothing imports it.
  {
    sourceTag: 'type:app',
    onlyDependOnLibsWithTags: ['type:lib', 'type:domain', 'type:contracts'],
  },
  { sourceTag: 'type:lib', onlyDependOnLibsWithTags: ['type:lib', 'type:domain', 'type:contracts'] },
  // Decisions know events, commands and other pure code, and nothing else.
  { sourceTag: 'type:domain', onlyDependOnLibsWithTags: ['type:domain', 'type:contracts'] },
  { sourceTag: 'type:contracts', onlyDependOnLibsWithTags: [] },
  // The platform zone has no keys, no landing store and no digests.
  { sourceTag: 'scope:platform', onlyDependOnLibsWithTags: ['scope:platform', 'scope:shared'] },
  // The restricted zone never touches the ledger.
  { sourceTag: 'scope:restricted', onlyDependOnLibsWithTags: ['scope:restricted', 'scope:shared'] },
  { sourceTag: 'scope:shared', onlyDependOnLibsWithTags: ['scope:shared'] },
  // Tools run on a person's own machine: they may use either zone's libraries, never a service.
  {
    sourceTag: 'scope:tool',
    onlyDependOnLibsWithTags: ['scope:tool', 'scope:shared', 'scope:restricted', 'scope:platform'],
  },
];

const globalsOfNode = ['Buffer', 'process', 'global', 'require', 'setImmediate', 'NodeJS', '__dirname'].map(
  (name) => ({ name, message: 'A browser has no such global.' }),
);

/**
 * Types come from the program of a file's project, or, for the whole checkout, from one program of all files: it checks what
 * projects share once, and takes half of the memory.
 */
const program = process.argv.includes('.')
  ? { project: './tsconfig.lint.json' }
  : { projectService: { allowDefaultProject: ['vitest.config.ts'] } };

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '.nx/**', 'coverage/**', '.kinledger/**'] },
  { files: ['**/*.ts'], extends: [...tseslint.configs.strictTypeChecked] },
  {
    files: ['**/*.ts'],
    languageOptions: {
      parserOptions: { ...program, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        { enforceBuildableLibDependency: false, allow: [], depConstraints: boundaries },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // A member that is left out of a copy has to be named: `const { upload: _, ...rest } = file`.
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_$', ignoreRestSiblings: true }],
      '@typescript-eslint/consistent-type-imports': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    // A page in a browser reads files and makes rows with these.
    files: [
      'libs/intake-files/src/**/*.ts',
      'libs/pseudonymised-rows/src/**/*.ts',
      'libs/domain/src/identifiers/**/*.ts',
      'libs/derivations/src/**/*.ts',
      'libs/programme/src/definition/**/*.ts',
    ],
    ignores: ['**/*.spec.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: ['node:*'], message: 'A browser has no module of Node: take it as an argument.' },
          ],
        },
      ],
      'no-restricted-globals': ['error', ...globalsOfNode],
    },
  },
  {
    files: ['**/*.spec.ts', '**/*.features.ts', 'test/**/*.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  {
    // Objects of Kubernetes are of thirty kinds; their schemas check the shapes, and these tests read and break them by path.
    files: ['test/deploy/**/*.ts'],
    rules: Object.fromEntries(
      ['no-explicit-any', 'no-unsafe-argument', 'no-unsafe-assignment', 'no-unsafe-call']
        .concat(['no-unsafe-member-access', 'no-unsafe-return', 'no-dynamic-delete'])
        .map((rule) => [`@typescript-eslint/${rule}`, 'off']),
    ),
  },
  {
    files: ['**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector:
            ':matches(PropertyDefinition, MethodDefinition[kind!="constructor"], TSParameterProperty)[accessibility="private"]',
          message:
            'Name it `#name`: private members have one form, which stays private when the program runs.',
        },
      ],
    },
  },
  prettier,
);
