export { StandInServer } from './kurrentdb/testing/stand-in-server.js';
