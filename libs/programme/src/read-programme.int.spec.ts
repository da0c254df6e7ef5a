import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DatasetId } from '@kinledger/contracts';
import { canonicalJson, canonicalPostcode } from '@kinledger/domain';
import { coldStartModel } from '@kinledger/kin';
import { definitionDocument } from './definition-document.js';
import { ownFormat } from './definition/definition.js';
import { isPostcodeLookupRefused } from './definition/postcode-lookup.js';
import { derivedKinds } from './definition/value-kind.js';
import { isProgrammeRefused } from './problem.js';
import { programmeOf } from './programme.js';
import { readProgramme } from './read-programme.js';

const leap = join(import.meta.dirname, '../../../programmes/leap');
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kinledger-programme-'));
  await cp(leap, folder, { recursive: true });
});
afterEach(() => rm(folder, { recursive: true }));

async function edit(file: string, change: (text: string) => string) {
  const path = join(folder, file);
  const text = await readFile(path, 'utf8');
  const changed = change(text);
  if (changed === text) throw new Error(`nothing to change in ${file}`);
  await writeFile(path, changed);
}

async function problems(): Promise<readonly string[]> {
  const error: unknown = await readProgramme(folder).catch((reason: unknown) => reason);
  if (!isProgrammeRefused(error)) throw new Error('expected a refusal', { cause: error });
  expect(error.message.split('\n')).toHaveLength(error.problems.length + 1);
  return error.problems.map(({ file, path, message }) => `${file}: ${path}: ${message}`);
}

describe('the LEAP programme', () => {
  it('is accepted, and its parts can be looked up', async () => {
    const programme = await readProgramme(leap);
    expect(programme.definition.services.length).toBeGreaterThanOrEqual(8);
    expect(programme.datasets.map(({ id }) => id)).toContain('natural-thinkers.engagement');
    const engagement = programme.dataset('natural-thinkers.engagement')!;
    expect(engagement.serviceDefinition).toBe(programme.service('natural-thinkers'));
    expect(programme.qualifyingSessionKinds(engagement.id).has('home-visit')).toBe(true);
    expect(programme.qualifyingSessionKinds(engagement.id).has('newsletter')).toBe(false);
    const types = programme.datasetsOf(engagement.service).map(({ dataType }) => dataType);
    expect(types).toEqual(['user', 'engagement', 'outcome', 'feedback', 'input']);
    expect(programme.agreement(engagement.agreement)?.provider).toBe('natural-thinkers-team');
  });

  it('holds the 31 services of its slides in five strands, and five administrative sources', async () => {
    const { definition } = await readProgramme(leap);
    const inStrand = (strand: string | undefined) =>
      definition.services.filter((service) => service.strand === strand).length;
    expect(definition.strands.map(({ id }) => [id, inStrand(id)])).toEqual([
      ['social-emotional', 9],
      ['communication-language', 7],
      ['diet-nutrition', 8],
      ['systems-change', 4],
      ['cross-theme', 3],
    ]);
    expect(definition.services.filter(({ administrative }) => administrative)).toHaveLength(5);
    expect(definition.theoryOfChange?.domains).toHaveLength(8);
  });

  it('derives nothing until it names a profile, and then what agreements permit, in rows of people', async () => {
    expect((await readProgramme(leap)).datasets.filter(({ derived }) => derived !== undefined)).toEqual([]);
    await edit('programme.json', (text) =>
      text.replace('"synthetic": true', '"synthetic": true, "derivations": "op-kin-1"'),
    );
    const programme = await readProgramme(folder);
    const derived = (id: string) => programme.dataset(id)?.derived;
    expect(derived('natural-thinkers.user')).toContain('birth-date-postcode');
    expect(derived('natural-thinkers.user')).not.toContain('surname');
    expect(derived('child-measurement.outcome')).toEqual(derived('natural-thinkers.user'));
    for (const id of [
      'natural-thinkers.engagement',
      'childrens-centres.engagement',
      'dv-enhanced-caseworkers.user',
    ])
      expect(derived(id)).toBeUndefined();
  });

  it('takes names and addresses of people only where something may be made of them', async () => {
    const withSurname = (text: string) =>
      text.replace(
        '"fields": [',
        '"fields": [{ "name": "known_as", "title": "Family name in full", "type": "string", "x-kinledger": { "format": "surname" } },',
      );
    await edit('datasets/childrens-centre-people.json', withSurname);
    const refused = (await problems()).join('\n');
    expect(refused).toContain('nothing is made of "known_as" without derivations');
    expect(refused).toContain('does not permit anything derived of a surname: leave "known_as" out');
    await edit('programme.json', (text) =>
      text.replace('"synthetic": true', '"synthetic": true, "derivations": "op-kin-1"'),
    );
    await edit('services/childrens-centres.json', (text) =>
      text.replace('"given-name-part"', '"given-name-part", "surname"'),
    );
    const programme = await readProgramme(folder);
    expect(programme.dataset('childrens-centres.user')?.derived).toContain('surname-deletions');
    expect(programme.dataset('natural-thinkers.user')?.derived).not.toContain('surname-deletions');
  });

  it('takes the model of a strategy from a file beside programme.json, as if its document stood there', async () => {
    const document = coldStartModel([{ name: 'given-name', kind: 'given-name' }], 100);
    const naming = async (model: object) => {
      const path = join(folder, 'programme.json');
      const json = JSON.parse(await readFile(path, 'utf8')) as object;
      const strategy = {
        ...{ name: 'kin-1', maxBirthDatesPerToken: 3, maxCasesPerToken: 10, maxHoldersPerToken: 500 },
        ...{ maxChildrenPerCarerToken: 12, maxHoldersPerKey: 100 },
        ...{ reviewFrom: 4_000, linkFrom: 7_000, margin: 3_000, model },
      };
      await writeFile(path, JSON.stringify({ ...json, derivations: 'op-kin-1', strategy }));
    };
    await writeFile(join(folder, 'model.json'), JSON.stringify(document));
    await naming({ document });
    const inline = await problems();
    await naming({ file: 'model.json' });
    expect(await problems()).toEqual(inline);
    expect(inline).toEqual([expect.stringContaining('the model was made for other fields')]);
    await naming({ file: '../model.json' });
    expect(await problems()).toContain(
      'programme.json: strategy.model.file: expected the name of a file beside programme.json',
    );
    await naming({ file: 'nowhere.json' });
    expect(await problems()).toContain('nowhere.json: : cannot be read');
  });

  it('has four strands with services that have beneficiaries', async () => {
    const { definition } = await readProgramme(leap);
    const strands = definition.services
      .filter(({ individualBeneficiaries }) => individualBeneficiaries)
      .flatMap(({ strand }) => strand ?? []);
    expect(new Set(strands).size).toBeGreaterThanOrEqual(4);
  });

  it('reads a stored definition with formats in their earlier place like one of today', async () => {
    const programme = await readProgramme(leap);
    const stored = JSON.parse(programme.documentJson) as {
      schemas: Record<
        string,
        { fields: { type: string; format: string; 'x-kinledger': { format?: string } }[] }
      >;
    };
    const formats = Object.values(stored.schemas).flatMap(({ fields }) =>
      fields.map((field) => {
        const own = field['x-kinledger'].format;
        delete field['x-kinledger'].format;
        field.format = field.type === 'date' ? 'date' : (own ?? field.format);
        return field.format;
      }),
    );
    expect(new Set(formats)).toEqual(
      new Set([
        'default',
        'date',
        'email',
        ...ownFormat.options.filter((format) => !derivedKinds.some((kind) => kind === format)),
      ]),
    );
    expect(canonicalJson(definitionDocument.parse(stored))).toBe(programme.documentJson);
  });

  it('writes the lists of code systems into its document, where spellings of its own are added', async () => {
    await edit('datasets/child-measurement.json', (text) =>
      text.replace(
        '"codeSystem": "ethnicity-nhs",',
        '"codeSystem": "ethnicity-nhs", "valueMap": { "C3": "white-other" },',
      ),
    );
    const { document } = await readProgramme(folder);
    const ethnicity = document.schemas['child-measurement.outcome' as DatasetId]!.fields.find(
      ({ name }) => name === 'ethnicity',
    )!;
    expect(ethnicity.constraints.enum).toHaveLength(21);
    expect(ethnicity['x-kinledger'].valueMap).toMatchObject({
      ...{ C3: 'white-other', C: 'white-other', Z: 'not-stated', '99': 'not-known', S: 'other-any' },
    });
    const forms = document.schemas['baby-steps.user' as DatasetId]!.fields.find(
      ({ name }) => name === 'consent_form_version',
    );
    expect(forms?.constraints.enum).toEqual(['2021-1', '2022-1', '2023-2']);
  });

  it('is one document, whose text parses to the same programme', async () => {
    const programme = await readProgramme(leap);
    const document = definitionDocument.parse(JSON.parse(programme.documentJson));
    expect(canonicalJson(document)).toBe(programme.documentJson);
    const again = programmeOf(document, () => programme.postcodeLookup());
    expect(again.digest).toBe(programme.digest);
    expect(again.datasets).toEqual(programme.datasets);
  });

  it('has postcodes of its area, and one code that withholds the area', async () => {
    const programme = await readProgramme(leap);
    const lookup = await programme.postcodeLookup();
    const area = new Set(programme.definition.area.lsoas.map(({ code }) => code));
    for (const [postcode, lsoa] of lookup.entries()) {
      expect(area.has(lsoa)).toBe(true);
      expect(canonicalPostcode(postcode)).toBe(postcode);
      expect(lookup.lsoaOf(postcode)).toBe(lsoa);
    }
    expect(lookup.size).toBeGreaterThan(400);
    expect(lookup.lsoaOf('ZZ9 9ZZ')).toBeUndefined();
    expect(lookup.isProtected('ZZ9 9ZZ')).toBe(true);
    expect(lookup.isProtected('ZZ1 1AA')).toBe(false);
    expect(lookup.lsoaOf('SW9 1AA')).toBeUndefined();
    expect(await programme.postcodeLookup()).toBe(lookup);
  });

  it('has a digest that changes with content, but not with white space or order', async () => {
    const { digest } = await readProgramme(leap);
    await edit('programme.json', (text) => JSON.stringify(JSON.parse(text)));
    expect((await readProgramme(folder)).digest).toBe(digest);
    await edit('services/baby-steps.json', (text) => text.replace('"Baby Steps"', '"Baby steps"'));
    expect((await readProgramme(folder)).digest).not.toBe(digest);
  });
});

describe('a refusal', () => {
  it('lists every fault in every file at once', async () => {
    await edit('programme.json', (text) =>
      text
        .replace('"lookupFile": "postcodes.csv"', '"lookupFile": "nowhere.csv"')
        .replace(/"version": \d+/, '"version": "one"'),
    );
    await edit('services/baby-steps.json', (text) =>
      text
        .replace('"strand": "social-emotional"', '"strand": "xyz"')
        .replace('"schemaFile": "sessions-with-nhs-number.json"', '"schemaFile": "sesions.json"')
        .replace('"validTo": "2030-03-31"', '"validTo": "2019-03-31"'),
    );
    await edit('datasets/sessions.json', (text) =>
      text.replace('"name": "eventDate"', '"name": "eventdate"'),
    );
    await writeFile(join(folder, 'datasets/draft.json'), '{ "fields": ');
    const found = await problems();
    expect(found).toContain('services/baby-steps.json: strand: no strand "xyz"');
    expect(found).toContain(
      'services/baby-steps.json: datasets.engagement.schemaFile: there is no datasets/sesions.json',
    );
    expect(found).toContain(
      'services/baby-steps.json: agreements[0].validTo: 2019-03-31 is not after 2020-04-01',
    );
    expect(found).toContain('programme.json: area.lookupFile: there is no file "nowhere.csv"');
    expect(found.some((problem) => problem.startsWith('programme.json: version: '))).toBe(true);
    expect(found.some((problem) => problem.startsWith('datasets/draft.json: : is not JSON'))).toBe(true);
    expect(found).toContain('datasets/draft.json: : no dataset uses this schema');
    expect(
      found.some((problem) => problem.startsWith('datasets/sessions.json: fields[7].x-kinledger.target')),
    ).toBe(true);
  });

  it('lists what a theory of change, a rule and an agreement ask for that no schema gives', async () => {
    await edit('theory-of-change.json', (text) =>
      text
        .replace('"outcome": "1.1.1.1"', '"outcome": "9.9"')
        .replace('"code": "1.1.1.1"', '"code": "2.1.1.1"')
        .replace('"measure": "bmi-z-score"', '"measure": "bmi"')
        .replace('"dataset": "baby-steps.feedback"', '"dataset": "baby-steps.user"'),
    );
    await edit('programme.json', (text) =>
      text.replace('"loneParent"', '"lonely"').replace('"english"', '"englsh"'),
    );
    await edit('services/dv-enhanced-caseworkers.json', (text) => text.replace('"child_key",', ''));
    expect(await problems()).toEqual(
      expect.arrayContaining([
        'theory-of-change.json: domains[0].outcomes[2].code: "2.1.1.1" does not begin with "1."',
        'theory-of-change.json: measures[0].outcome: no outcome "9.9"',
        'theory-of-change.json: measures[1].of.measure: "bmi" is no measure of "child-measurement.outcome"',
        'theory-of-change.json: measures[12].of: "baby-steps.user" is not feedback, and has no question',
        'programme.json: priorityPopulation.rule.all[1].any[1].attribute: no column becomes attribute lonely',
        'programme.json: priorityPopulation.rule.all[1].any[3].all[1].not.in[0]: "englsh" is no value of attribute homeLanguage',
        'datasets/participants-at-source.json: fields[5]: agreement "refuge-2021" does not permit "child_key"',
      ]),
    );
  });

  it('lists what the pairing of scores and collective impact ask for that no measure gives', async () => {
    await edit('theory-of-change.json', (text) =>
      JSON.stringify({
        ...(JSON.parse(text) as { measures: { id: string }[] }),
        measures: (JSON.parse(text) as { measures: { id: string }[] }).measures.map((measure) => {
          switch (measure.id) {
            case 'prenatal-attachment':
              return {
                ...measure,
                pairing: { minimumDays: 90, windowDays: 30, first: ['begin'], informant: 'whoever' },
              };
            case 'felt-listened-to-baby-steps':
              return { ...measure, pairing: { minimumDays: 90 } };
            default:
              return measure;
          }
        }),
        collectiveImpact: [
          { id: 'a', name: 'A', measures: ['nothing', 'bmi', 'birth-weight'] },
          { id: 'a', name: 'A', measures: ['birth-weight', 'good-level-of-development', 'birth-weight'] },
        ],
      }),
    );
    await edit('programme.json', (text) =>
      text.replace(
        '"returnsFrom"',
        '"reporting": { "targetRating": { "green": 0.8, "amber": 0.9 } },\n"returnsFrom"',
      ),
    );
    expect(await problems()).toEqual(
      expect.arrayContaining([
        'theory-of-change.json: measures[9].pairing: a last score at least 90 days after the first is beyond the window of 30',
        'theory-of-change.json: measures[9].pairing.first[0]: "begin" is no occasion of the dataset',
        'theory-of-change.json: measures[9].pairing.informant: the dataset has no attribute "whoever"',
        'theory-of-change.json: measures[12].pairing: answers to a question are not paired',
        'theory-of-change.json: collectiveImpact[0].measures[0]: no measure "nothing"',
        'theory-of-change.json: collectiveImpact[0].measures[1]: "bmi" is no score of which the definition says when it is achieved',
        'theory-of-change.json: collectiveImpact[1].id: "a" is defined twice',
        'theory-of-change.json: collectiveImpact[1].measures[1]: "good-level-of-development" is of another dataset than the first',
        'theory-of-change.json: collectiveImpact[1].measures[2]: "birth-weight" is listed twice',
        'programme.json: reporting.targetRating.amber: 0.9 is not below green, which is 0.8',
      ]),
    );
  });

  it('says when a code system is named beside a list, and when the programme lists no consent forms', async () => {
    await edit('datasets/participants.json', (text) =>
      text.replace(
        /("name": "ethnicity",[^]*?"type": "string",)/,
        '$1 "constraints": { "enum": ["white-irish"] },',
      ),
    );
    await edit('programme.json', (text) => text.replace('"consentForms"', '"plausibility": {}, "forms"'));
    const found = await problems();
    expect(found).toContain(
      'datasets/participants.json: fields[12].constraints.enum: code system "ethnicity-census-2021" lists the values: leave this out',
    );
    expect(found).toContain(
      'datasets/participants.json: fields[25].x-kinledger.codeSystem: programme.json lists no consentForms',
    );
  });

  it('lists a problem of a shared schema once', async () => {
    await edit('datasets/participants.json', (text) =>
      text.replace('"case_number"],', '"row_number"],').replace('["case_number"]', '["row_number"]'),
    );
    expect(await problems()).toEqual(['datasets/participants.json: primaryKey[0]: no field "row_number"']);
  });

  it('says what is wrong with the file of a service, and where', async () => {
    await writeFile(join(folder, 'services/list.json'), '[]');
    await writeFile(
      join(folder, 'services/songs.json'),
      JSON.stringify({
        id: 'songs',
        name: 'Songs',
        strand: 'cross-theme',
        provider: 'song-team',
        agreements: {},
        familyScopes: ['music', 'communication-language'],
        datasets: {
          user: { id: 'songs.user', extractKind: 'delta', schemaFile: 'participants.json' },
          singing: { extractKind: 'delta', schemaFile: 'sessions.json', agreement: 'song-team-2021' },
          feedback: 'yes',
        },
        colour: 'red',
      }),
    );
    const found = await problems();
    expect(found.map((problem) => problem.replace(/(expected|Invalid|Unrecognized)[^]*/, '$1'))).toEqual(
      expect.arrayContaining([
        'services/list.json: : expected',
        'services/songs.json: id: the name of the file is the id: leave it out',
        'services/songs.json: agreements: expected',
        'services/songs.json: familyScopes[0]: no family scope "music" in programme.json',
        'services/songs.json: datasets.user.id: follows from where it stands: leave it out',
        'services/songs.json: datasets.user.agreement: Invalid',
        'services/songs.json: datasets.singing.dataType: Invalid',
        'services/songs.json: datasets.feedback: Invalid',
        'services/songs.json: : Unrecognized',
      ]),
    );
    expect(found.every((problem) => problem.startsWith('services/'))).toBe(true);
  });

  it('says that a folder holds no definition', async () => {
    await rm(join(folder, 'programme.json'));
    expect(await problems()).toEqual(['programme.json: : cannot be read']);
  });

  it('requires the look-up file to be in the folder of the definition', async () => {
    await edit('programme.json', (text) => text.replace('"postcodes.csv"', '"../postcodes.csv"'));
    expect(await problems()).toEqual([
      'programme.json: area.lookupFile: expected the name of a file beside programme.json',
    ]);
  });

  it('says that a look-up file has a wrong header', async () => {
    await edit('postcodes.csv', (text) => text.replace('postcode,lsoa', 'pcds,lsoa21cd'));
    expect(await problems()).toEqual([
      'programme.json: area.lookupFile: the first line of postcodes.csv is not "postcode,lsoa"',
    ]);
  });
});

describe('the guide', () => {
  it('shows a programme that is accepted unchanged', async () => {
    const guide = await readFile(
      join(import.meta.dirname, '../../../docs/guides/programme-definition.md'),
      'utf8',
    );
    const sections = guide.split(/^## /m).slice(1);
    const small = await mkdtemp(join(tmpdir(), 'kinledger-programme-'));
    await mkdir(join(small, 'datasets'));
    for (const section of sections) {
      const file = /^\S+\.(json|csv)$/m.exec(section.split('\n', 1)[0] ?? '')?.[0];
      const block = /^```(?:json|csv)\n([^]*?)^```$/m.exec(section)?.[1];
      if (file !== undefined && block !== undefined) await writeFile(join(small, file), block);
    }
    const programme = await readProgramme(small);
    expect(programme.datasets).toHaveLength(3);
    // A definition without the members that are optional has the document that it always had.
    expect(Object.keys(programme.document.definition).sort()).toEqual(
      [
        ...['agreements', 'area', 'authority', 'datasets', 'familyScopes', 'id', 'name', 'plausibility'],
        ...['services', 'strands', 'strategy', 'version'],
      ].sort(),
    );
    expect(Object.keys(programme.document.definition.services[0]!).sort()).toEqual([
      ...['administrative', 'id', 'individualBeneficiaries', 'name', 'provider', 'strand'],
    ]);
    const more = /^```json\n([^]*?)^```$/m.exec(
      sections.find((text) => text.startsWith('What figures'))!,
    )![1]!;
    const whole = JSON.parse(await readFile(join(small, 'programme.json'), 'utf8')) as object;
    await writeFile(
      join(small, 'programme.json'),
      JSON.stringify({ ...whole, ...(JSON.parse(more) as object) }),
    );
    expect((await readProgramme(small)).definition.populations).toHaveLength(1);
    expect((await programme.postcodeLookup()).size).toBe(3);
    await rm(small, { recursive: true });
  });
});

describe('a postcode look-up', () => {
  it.each([
    ['not a postcode', 'XYZ,E01990001'],
    ['not an LSOA', 'ZZ1 1AA,W1'],
    ['two LSOAs of one postcode', 'zz11aa,E01990002'],
  ])('with %s is refused, with the line number', async (_what, line) => {
    await edit('postcodes.csv', (text) =>
      text.replace('ZZ1 1AA,E01990001\n', `ZZ1 1AA,E01990001\n${line}\n`),
    );
    const programme = await readProgramme(folder);
    const error: unknown = await programme.postcodeLookup().catch((reason: unknown) => reason);
    expect(isPostcodeLookupRefused(error) && error.line).toBe(3);
  });
});
