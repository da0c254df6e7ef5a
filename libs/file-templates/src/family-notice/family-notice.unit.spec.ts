import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readProgramme, type Programme } from '@kinledger/programme';
import { syllable } from 'syllable';
import { beforeAll, describe, expect, it } from 'vitest';
import { familyDocument } from './family-document.js';
import { familyNotice, NOT_STATED, type FamilyNotice, type NoticeSection } from './family-notice.js';

const programmes = fileURLToPath(new URL('../../../../programmes', import.meta.url));

/** Years of school that a text asks for (Flesch and Kincaid, 1975): 7 is a reading age of 12. */
function schoolYears(sentences: readonly string[]): number {
  const words = sentences.flatMap((sentence) =>
    sentence.split(/\s+/).filter((word) => /[a-z0-9]/i.test(word)),
  );
  const ends = sentences
    .flatMap((sentence) => sentence.split(/[.:!?](?:\s|$)/))
    .filter((part) => part.trim() !== '');
  const syllables = words.reduce((sum, word) => sum + Math.max(1, syllable(word)), 0);
  return 0.39 * (words.length / ends.length) + 11.8 * (syllables / words.length) - 15.59;
}

const sentencesOf = ({ sentences, after = [] }: NoticeSection): readonly string[] => [...sentences, ...after];

const noticeOf = (programme: Programme, service: string) => {
  const found = familyNotice(programme).services.find(({ service: id }) => id === service);
  if (found === undefined) throw new Error(`no service ${service}`);
  return {
    ...found,
    section: (title: string): NoticeSection => {
      const section = found.sections.find((each) => each.title === title);
      if (section === undefined) throw new Error(`no section ${title}`);
      return section;
    },
  };
};

/** A programme with changes to its definition. */
const changed = (
  { definition, datasets }: Programme,
  change: (definition: Programme['definition']) => Programme['definition'],
) => ({ definition: change(definition), datasets }) as Programme;

describe('what is held about a family', () => {
  const read = new Map<string, Programme>();
  let leap: Programme;
  beforeAll(async () => {
    for (const name of readdirSync(programmes)) read.set(name, await readProgramme(join(programmes, name)));
    leap = read.get('leap')!;
  });

  it('measures how hard a text is to read as its authors do', () => {
    expect(schoolYears(['The cat sat on the mat.'])).toBeLessThan(0);
    expect(
      schoolYears(['Pseudonymised information necessitates organisational accountability considerations.']),
    ).toBeGreaterThan(20);
  });

  it('is written for a reading age of 12, in every programme and service, section by section', () => {
    for (const programme of read.values()) {
      const { about, services } = familyNotice(programme);
      expect(schoolYears(about.slice(-2))).toBeLessThanOrEqual(7);
      for (const { service, sections } of services) {
        const all = sections.flatMap(sentencesOf);
        expect({ service, years: schoolYears(all) }).toMatchObject({
          years: expect.toSatisfy((years: number) => years <= 6) as number,
        });
        for (const section of sections.filter((each) => sentencesOf(each).length > 0)) {
          const { title } = section;
          expect({ service, title, years: schoolYears(sentencesOf(section)) }).toMatchObject({
            years: expect.toSatisfy((years: number) => years <= 9) as number,
          });
        }
      }
    }
  });

  it('has every column of a service’s files, of which scores are one line', () => {
    for (const programme of read.values()) {
      for (const { service, sections } of familyNotice(programme).services) {
        const tables = sections.flatMap(({ title, tables: own = [] }) =>
          title === 'What is held' ? own : [],
        );
        const people = programme.datasets.filter(
          (dataset) => dataset.service === service && dataset.dataType !== 'input',
        );
        expect(tables).toHaveLength(people.length);
        people.forEach(({ schema }, index) => {
          const scores = schema.fields.filter(
            (field) => field['x-kinledger'].target?.to === 'measure',
          ).length;
          expect(tables[index]?.rows).toHaveLength(schema.fields.length - Math.max(0, scores - 1));
        });
      }
    }
  });

  it('says what becomes of an email, a birth date, a postcode and a consent', () => {
    const { tables = [] } = noticeOf(leap, 'baby-steps').section('What is held');
    const fates = new Map(tables[0]?.rows.map(([what = '', fate = '']) => [what, fate]));
    expect(fates.get('Email address')).toBe('Made into a code.');
    expect(fates.get('Date of birth')).toBe('Made into a code. Kept as a month. The day is not kept.');
    expect(fates.get('Postcode')).toContain('The address is not kept.');
    expect(fates.get('Consent given')).toBe('Checked, to see that you agreed.');
    const atSource = noticeOf(leap, 'maternity').section('What is held').tables?.[0]?.rows ?? [];
    expect(new Map(atSource.map(([what, fate]) => [what, fate])).get('NHS number')).toBe(
      'Made into a code before it is sent.',
    );
  });

  it('follows the definition: basis, forms, joins, way out', () => {
    const consent = noticeOf(leap, 'baby-steps');
    expect(consent.section('Why this is allowed').sentences[0]).toContain('You said yes');
    const forms = consent.section('The form that you sign').tables?.[0]?.rows ?? [];
    expect(forms.map(([form]) => form?.split(',')[0])).toEqual(
      leap.definition.consentForms?.map(({ version }) => version),
    );
    expect(consent.section('What it is joined with').list).toContain('Natural Thinkers');
    expect(consent.section('What it is joined with').list).not.toContain('Baby Steps');
    expect(consent.section('How to stop it').sentences.join(' ')).toContain('the number that it has for you');
    const health = noticeOf(leap, 'maternity');
    expect(health.section('The form that you sign').sentences).toEqual([
      'For this you sign no form, as it rests on another reason.',
    ]);
    expect(health.section('How to stop it').sentences.join(' ')).toContain('national data opt-out');
    expect(noticeOf(leap, 'capital-programme').sections.map(({ title }) => title)).toEqual([
      'What is held',
      'Where to complain',
    ]);
  });

  it('says that something is not stated where the definition does not state it, and states it where it does', () => {
    const before = noticeOf(leap, 'baby-steps');
    expect(before.section('How long it is kept').sentences).toEqual([NOT_STATED]);
    expect(before.section('Where to complain').sentences.join(' ')).toContain('is not stated');
    const contact = { name: 'The programme team', email: 'team@example.org' };
    const programme = changed(leap, (definition) => ({
      ...definition,
      contact,
      agreements: definition.agreements.map((agreement) => ({ ...agreement, retention: 'For two years.' })),
    }));
    const after = noticeOf(programme, 'baby-steps');
    expect(after.section('How long it is kept').sentences).toEqual(['For two years.']);
    expect(after.section('Where to complain').sentences.join(' ')).toContain(
      'The programme team, team@example.org',
    );
    const bare = changed(leap, ({ consentForms: _, ...definition }) => ({
      ...definition,
      agreements: definition.agreements.map(({ lawfulBasis: __, optOut: ___, ...agreement }) => agreement),
    }));
    for (const title of ['Why this is allowed', 'The form that you sign', 'How to stop it'])
      expect(noticeOf(bare, 'baby-steps').section(title).sentences).toEqual([NOT_STATED]);
  });

  it('says of a sensitive dataset that it is kept from those who check joins, and of others nothing', () => {
    const sensitive = changed(leap, (definition) => definition);
    const datasets = leap.datasets.map((dataset) =>
      dataset.service === 'dv-groups' ? { ...dataset, sensitive: true } : dataset,
    );
    const told = (service: string) =>
      noticeOf({ ...sensitive, datasets }, service)
        .section('What it is joined with')
        .after?.join(' ');
    expect(told('dv-groups')).toContain('kept from those who check joins');
    expect(told('baby-steps')).not.toContain('kept from');
  });

  it('is a document that needs nothing else, of all services or of one', () => {
    const notice: FamilyNotice = familyNotice(leap);
    const whole = familyDocument(notice);
    expect(whole).not.toMatch(/<script|src=|<link|url\(/);
    for (const { service, name } of notice.services) {
      expect(whole).toContain(`<a href="#${service}">`);
      expect(whole).toContain(`<h2 id="${service}">`);
      expect(name).not.toBe('');
    }
    const one = familyDocument(notice, noticeOf(leap, 'baby-steps'));
    expect(one).toContain('<h1>What Baby Steps holds about my family</h1>');
    expect(one).not.toContain('id="natural-thinkers"');
  });
});
