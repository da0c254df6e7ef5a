/** Makes the folder of this run's temporary files, and removes those of runs that were killed. */
export function folderOfRun(parent: string): string;

/** A database server that a test left behind may write until its files are gone. A later run removes what stays. */
export function removeFolder(folder: string): void;
