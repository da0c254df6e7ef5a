import { configureGlobal } from 'fast-check';

// That a property fails is enough to know here; its smallest example takes many more runs.
configureGlobal({ endOnFailure: true });
