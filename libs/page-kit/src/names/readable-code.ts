/** Words that are not written in lower case. */
const spelled: Readonly<Record<string, string>> = {
  nhs: 'NHS',
  lsoa: 'LSOA',
  id: 'ID',
  dv: 'DV',
  sms: 'SMS',
  utf: 'UTF',
};

/** Turns a code without a name into words: `group-session` into “group session”, `nhs-number` into “NHS number”. */
export const wordsOf = (code: string): string =>
  code
    .split(/[-_.\s]+/)
    .filter((word) => word !== '')
    .map((word) => spelled[word] ?? word)
    .join(' ');

/** The same with a capital: “Group session”. */
export const titleOf = (code: string): string => capitalised(wordsOf(code));

export const capitalised = (text: string): string => text.replace(/^./u, (first) => first.toUpperCase());
