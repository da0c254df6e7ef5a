/** Address of the list of bundles: the address of each built program, and that of its bundle. */
export const bundledPrograms = new URL('../node_modules/.cache/bundled-programs/list.json', import.meta.url);
