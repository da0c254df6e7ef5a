export { withMethods } from './with-methods.js';
