export * from './require-node.js';
