export * from './hmac/hmac-sha256.js';
export * from './hmac/node-hashing.js';
export * from './salt/salt-marks.js';
export * from './salt/salt-scanner.js';
export * from './secrets/create-secrets.js';
export * from './secrets/keys-of-secrets.js';
export * from './secrets/read-secrets.js';
export * from './secrets/secrets.js';
