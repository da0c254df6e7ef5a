import { describe } from 'vitest';
import { checkpointsFeatures } from './contract/checkpoints.features.js';
import { InMemoryCheckpoints } from './in-memory-checkpoints.js';

describe('checkpoints in memory', () => checkpointsFeatures(() => new InMemoryCheckpoints()));
