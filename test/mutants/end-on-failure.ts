import { configureGlobal } from 'fast-check';

// Here it is enough to know that a property fails; shrinking would take many more runs.
configureGlobal({ endOnFailure: true });
