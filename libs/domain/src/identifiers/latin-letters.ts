/**
 * Latin letters that Unicode does not decompose. Strokes, hooks and bars are dropped; a ligature becomes two letters.
 */
const latin = {
  Æ: 'AE', Œ: 'OE', ẞ: 'SS', Þ: 'TH', Ø: 'O', Ł: 'L', Ƚ: 'L', Ɫ: 'L', Đ: 'D', Ð: 'D', Ɖ: 'D', Ɗ: 'D',
  Ƌ: 'D', Ħ: 'H', Ⱨ: 'H', Ŧ: 'T', Ⱦ: 'T', Ƭ: 'T', Ʈ: 'T', Ŋ: 'N', Ɲ: 'N', Ƞ: 'N', ĸ: 'K', Ƙ: 'K', Ⱪ: 'K',
  Ɓ: 'B', Ƀ: 'B', Ƃ: 'B', Ƈ: 'C', Ȼ: 'C', Ƒ: 'F', Ɠ: 'G', Ǥ: 'G', Ɣ: 'G', Ⱥ: 'A', Ɑ: 'A', Ǝ: 'E', Ə: 'E',
  Ɛ: 'E', Ɇ: 'E', Ɨ: 'I', Ɩ: 'I', Ɉ: 'J', Ɔ: 'O', Ɵ: 'O', Ƥ: 'P', Ᵽ: 'P', Ɋ: 'Q', Ɍ: 'R', Ɽ: 'R', Ʀ: 'R',
  Ʉ: 'U', Ʊ: 'U', Ʋ: 'V', Ƴ: 'Y', Ɏ: 'Y', Ƶ: 'Z', Ȥ: 'Z', Ⱬ: 'Z', Ʒ: 'Z', Ɱ: 'M', Ɬ: 'L', Ƕ: 'HV', Ƿ: 'W',
  Ȝ: 'Y', Ȣ: 'OU', Ƣ: 'OI', Ʃ: 'S',
}; // prettier-ignore

/**
 * Cyrillic letters as passports transcribe them (ICAO Doc 9303, part 3, section 6). The soft sign has no equivalent.
 */
const cyrillic = {
  А: 'A', Б: 'B', В: 'V', Г: 'G', Д: 'D', Е: 'E', Ж: 'ZH', З: 'Z', И: 'I', К: 'K', Л: 'L', М: 'M', Н: 'N',
  О: 'O', П: 'P', Р: 'R', С: 'S', Т: 'T', У: 'U', Ф: 'F', Х: 'KH', Ц: 'TS', Ч: 'CH', Ш: 'SH', Щ: 'SHCH',
  Ъ: 'IE', Ы: 'Y', Ь: '', Э: 'E', Ю: 'IU', Я: 'IA', Ґ: 'G', Ђ: 'D', Є: 'IE', Ѕ: 'DZ', І: 'I', Ј: 'J',
  Љ: 'LJ', Њ: 'NJ', Ћ: 'C', Џ: 'DZ', Ғ: 'G', Қ: 'K', Ң: 'N', Ө: 'O', Ү: 'U', Ұ: 'U', Һ: 'H', Ҳ: 'KH',
  Ә: 'A',
}; // prettier-ignore

/** Maps an upper-case letter without marks to the letters A to Z that replace it in a child key. */
export const latinLetters: ReadonlyMap<string, string> = new Map(Object.entries({ ...latin, ...cyrillic }));
