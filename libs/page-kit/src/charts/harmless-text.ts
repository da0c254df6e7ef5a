/**
 * ECharts remembers texts as keys of plain objects, where the name of a member of Object.prototype would find that member,
 * and change it for the whole process: such a text gets a space without width before it.
 */
export const harmless = (text: string): string => (text in Object.prototype ? `\u200B${text}` : text);
