export type * from './declared-rules.js';
export * from './definition.js';
export { returnsExpectedOf, type ReturnsExpected } from './expected-returns.js';
export * from './field-format.js';
export * from './header-key.js';
export * from './postcode-lookup.js';
export { codedValues, rolesOf } from './row-roles.js';
export * from './value-kind.js';
