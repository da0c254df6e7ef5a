/** Words of a code that are not written in lower case. */
const spelled: Readonly<Record<string, string>> = {
  nhs: 'NHS',
  lsoa: 'LSOA',
  id: 'ID',
  dv: 'DV',
  sms: 'SMS',
  utf: 'UTF',
};

/** A code as words: `group-session` is “group session”, `nhs-number` “NHS number”. For what has no name of its own. */
export const wordsOf = (code: string): string =>
  code
    .split(/[-_.\s]+/)
    .filter((word) => word !== '')
    .map((word) => spelled[word] ?? word)
    .join(' ');

/** The same as it begins a sentence or a cell: “Group session”. */
export const titleOf = (code: string): string => capitalised(wordsOf(code));

export const capitalised = (text: string): string => text.replace(/^./u, (first) => first.toUpperCase());
