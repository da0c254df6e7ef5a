export * from './hmac/hmac-sha256.js';
export * from './records/numbered-rows.js';
export * from './records/row-keys.js';
export * from './secrets/create-secrets.js';
export * from './secrets/read-secrets.js';
export * from './secrets/secrets.js';
export * from './tokens/token-keys.js';
