export * from './definition.js';
export * from './definition-document.js';
export * from './field-format.js';
export * from './header-key.js';
export * from './postcode-lookup.js';
export * from './problem.js';
export * from './programme.js';
export * from './read-programme.js';
export { codedValues, rolesOf } from './row-roles.js';
