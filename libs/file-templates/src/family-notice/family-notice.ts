import type { Dataset, Programme } from '@kinledger/programme';
import { lawfulSentences, stopSentences } from './legal-words.js';
import { codedKinds, plainFields } from './plain-fields.js';

/** What is held about a family, made from the programme’s definition. No data is looked at. */
export interface FamilyNotice {
  readonly programme: string;
  readonly version: number;
  /** What goes for every service, in sentences. */
  readonly about: readonly string[];
  readonly services: readonly ServiceNotice[];
}

export interface ServiceNotice {
  readonly service: string;
  readonly name: string;
  readonly sections: readonly NoticeSection[];
}

export interface NoticeSection {
  readonly title: string;
  readonly sentences: readonly string[];
  readonly list?: readonly string[];
  readonly tables?: readonly NoticeTable[];
  /** After the list and the tables. */
  readonly after?: readonly string[];
}

export interface NoticeTable {
  readonly caption: string;
  readonly heads: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

type Definition = Programme['definition'];
type Service = Definition['services'][number];

/** In place of what the definition does not say. */
export const NOT_STATED = 'Not stated. Ask the service.';

/** Makes the notice of a programme, its services in the order of the definition. */
export function familyNotice({
  definition,
  datasets,
}: Pick<Programme, 'definition' | 'datasets'>): FamilyNotice {
  return {
    programme: definition.name,
    version: definition.version,
    about: [
      ...(definition.synthetic === true ? ['All people in this programme are made up.'] : []),
      'This page says what services of the programme hold about you and your child, and what they do with it.',
      'It is made from the rules that the computer goes by. Nobody was looked up to make it.',
    ],
    services: definition.services.map((service) => ({
      service: service.id,
      name: service.name,
      sections: sectionsOf(
        service,
        definition,
        datasets.filter((dataset) => dataset.service === service.id),
        datasets,
      ),
    })),
  };
}

const isAboutPeople = ({ dataType }: Dataset): boolean => dataType !== 'input';

function sectionsOf(
  service: Service,
  definition: Definition,
  own: readonly Dataset[],
  all: readonly Dataset[],
): readonly NoticeSection[] {
  const people = own.filter(isAboutPeople);
  if (people.length === 0) {
    return [
      {
        title: 'What is held',
        sentences: [
          'This service passes on nothing about you or your child.',
          'It tells the programme what it did and what that took, such as hours and money.',
        ],
      },
      complaints(definition),
    ];
  }
  return [
    held(people),
    source(service, people),
    reason(own, definition),
    form(own, people, definition),
    codes(people),
    joined(service, people, all),
    readers(own, definition),
    retention(own, definition),
    refusal(),
    stopping(own, definition),
    remains(),
    complaints(definition),
  ];
}

const contents: Readonly<Record<Dataset['dataType'], string>> = {
  user: 'About you and your child',
  engagement: 'About your visits',
  outcome: 'About how your child is doing',
  feedback: 'What you say about the service',
  input: 'About the service',
};

const held = (people: readonly Dataset[]): NoticeSection => ({
  title: 'What is held',
  sentences: ['This is what the service writes down and sends, and what becomes of it.'],
  tables: people.map((dataset) => ({
    caption: contents[dataset.dataType],
    heads: ['What', 'What becomes of it'],
    rows: plainFields(dataset).map(({ name, fate }) => [name, fate]),
  })),
});

function source({ administrative, provider }: Service, people: readonly Dataset[]): NoticeSection {
  const isAtSource = people.every(({ pseudonymisedAtSource }) => pseudonymisedAtSource);
  return {
    title: 'Where it comes from',
    sentences: [
      administrative
        ? `It comes from records that are kept already, by ${nameOf(provider)}.`
        : `It comes from you, and from what staff note down. It is sent by ${nameOf(provider)}.`,
      isAtSource
        ? 'Names and numbers are made into codes before anything is sent.'
        : 'Names and numbers are made into codes in a locked place, and then go no further.',
    ],
  };
}

function reason(own: readonly Dataset[], definition: Definition): NoticeSection {
  const bases = agreementsOf(own, definition).flatMap(({ lawfulBasis }) => lawfulBasis ?? []);
  return {
    title: 'Why this is allowed',
    sentences: bases.length === 0 ? [NOT_STATED] : unique(bases.flatMap(lawfulSentences)),
  };
}

const scopeWords = {
  'service-monitoring': 'to count what the service does',
  linkage: 'to join it with other services of the programme',
  'administrative-data': 'to join it with health and school records',
  evaluation: 'to give it, without names, to people who study the programme',
} as const;

function form(own: readonly Dataset[], people: readonly Dataset[], definition: Definition): NoticeSection {
  const title = 'The form that you sign';
  const asks =
    people.some(({ schema }) => schema.fields.some((field) => field['x-kinledger'].consent)) ||
    agreementsOf(own, definition).some(({ lawfulBasis }) => lawfulBasis?.article6 === 'consent');
  if (!asks) return { title, sentences: ['For this you sign no form, as it rests on another reason.'] };
  const { consentForms } = definition;
  if (consentForms === undefined) return { title, sentences: [NOT_STATED] };
  return {
    title,
    sentences: ['The form changed over time. What you agreed to is what your form says.'],
    tables: [
      {
        caption: 'Forms',
        heads: ['Form', 'You agree that it is used'],
        rows: consentForms.map(({ version, from, scopes }) => [
          `${version}, from ${dayOf(from)}`,
          `${listed(scopes.map((scope) => scopeWords[scope]))}.`,
        ]),
      },
    ],
  };
}

const codes = (people: readonly Dataset[]): NoticeSection => ({
  title: 'What is made into codes',
  sentences: ['A code is a long row of letters and digits. Codes are made from your:'],
  list: codedKinds(people),
  after: [
    'People who count see the codes, and not what they are made from.',
    'Codes are made with a secret key. Who had that key and your details could make your code again. So by law it is still data about you.',
  ],
});

function joined(service: Service, people: readonly Dataset[], all: readonly Dataset[]): NoticeSection {
  const others = unique(
    all
      .filter((dataset) => isAboutPeople(dataset) && dataset.service !== service.id)
      .map(({ serviceDefinition }) => serviceDefinition.name),
  );
  return {
    title: 'What it is joined with',
    sentences: [
      'If two records have the same code, they are taken to be about one person. So each person is counted once.',
      'A child and the adult whose email or phone is on the child’s record are counted as one family.',
      ...(others.length === 0 ? [] : ['What this service holds may be joined with what these hold:']),
    ],
    list: others,
    after: [
      'A join can be wrong. It changes counts, and never what a service does for you.',
      ...(people.some(({ sensitive }) => sensitive === true)
        ? ['That you are known to this service is kept from those who check joins.']
        : []),
    ],
  };
}

function readers(own: readonly Dataset[], definition: Definition): NoticeSection {
  const toEvaluators = (definition.consentForms ?? []).some(({ scopes }) => scopes.includes('evaluation'));
  const asksConsent = agreementsOf(own, definition).some(
    ({ lawfulBasis }) => lawfulBasis?.article6 === 'consent',
  );
  return {
    title: 'Who can see it',
    sentences: [],
    list: [
      'The service sees its own file, as it always did.',
      'The programme’s data team sees records with codes, and no names.',
      'Those who pay for the programme, and other services, see counts alone.',
      ...(toEvaluators
        ? [
            asksConsent
              ? 'People who study the programme get records without names, if your form says so.'
              : 'People who study the programme may get records without names.',
          ]
        : []),
    ],
    after: [
      'Nobody can type in your name and find you. When staff of the data team look at how records were joined, this is noted. They may read tables with codes to count, without a note.',
    ],
  };
}

function retention(own: readonly Dataset[], definition: Definition): NoticeSection {
  const said = agreementsOf(own, definition).flatMap(({ retention: text }) => text ?? []);
  return { title: 'How long it is kept', sentences: said.length === 0 ? [NOT_STATED] : unique(said) };
}

const refusal = (): NoticeSection => ({
  title: 'If you say no',
  sentences: [
    'You get the same service. Nothing changes for you or your child.',
    'The service says only how many people said no. It does not say who.',
  ],
});

function stopping(own: readonly Dataset[], definition: Definition): NoticeSection {
  const ways = agreementsOf(own, definition).flatMap(({ optOut }) => optOut ?? []);
  return {
    title: 'How to stop it',
    sentences: ways.length === 0 ? [NOT_STATED] : unique(ways.flatMap((way) => stopSentences[way])),
    after: ['You can also ask the service for all of it to be deleted, or for a copy of what it holds.'],
  };
}

const remains = (): NoticeSection => ({
  title: 'What cannot be undone',
  sentences: [],
  list: [
    'Counts that were made public stay. They name nobody.',
    'Records without names that went to people who study the programme cannot be called back by us. They must keep to what was agreed with them.',
    'Safe copies hold old records until the copies are deleted.',
    'Notes of your visits stay until the service sends them again, or you ask for them to be deleted.',
  ],
});

function complaints({ contact }: Definition): NoticeSection {
  return {
    title: 'Where to complain',
    sentences: [
      'First ask the service. It knows you.',
      contact === undefined
        ? 'How to complain to the programme is not stated.'
        : `To complain to the programme: ${[contact.name, contact.email, contact.phone, contact.address].filter((part) => part !== undefined).join(', ')}.`,
      'You can complain to the Information Commissioner as well: ico.org.uk/make-a-complaint, or call 0303 123 1113.',
    ],
  };
}

const agreementsOf = (own: readonly Dataset[], { agreements }: Definition): Definition['agreements'] =>
  agreements.filter(({ id }) => own.some(({ agreement }) => agreement === id));

const unique = (texts: readonly string[]): readonly string[] => [...new Set(texts)];

const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;

/** Words of a provider’s code: “baby-steps-team” is the baby steps team. */
const nameOf = (provider: string): string => `the ${provider.replaceAll('-', ' ')}`;

const dayOf = (day: string): string =>
  new Date(`${day}T00:00:00Z`).toLocaleDateString('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
