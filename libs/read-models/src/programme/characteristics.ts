import { ethnicGroupOf, ethnicityCodes, rolesOf, type Dataset } from '@kinledger/programme/definition';

/** A characteristic of people that rows of people say, as figures break reach down by it. */
export interface Characteristic {
  readonly characteristic: string;
  /** The attribute that holds it. */
  readonly attribute: string;
  readonly title: string;
  /** Roles of which it is asked; of others it does not apply. */
  readonly roles: readonly ('child' | 'adult')[];
  /** What a value counts as, where the characteristic is coarser than the attribute. */
  readonly groups: Readonly<Record<string, string>> | null;
}

/**
 * The characteristics that the programme’s services ask of people: the coded attributes of their files of people, in the
 * order of the definition. Administrative sources and sensitive datasets may say more, which no figure breaks down.
 * Ethnicity has two, of which one has the five groups of the census. The version of a consent form is about
 * a row, and is none.
 */
export function characteristicsOf(datasets: readonly Dataset[]): readonly Characteristic[] {
  const found = new Map<string, Characteristic>();
  const add = (one: Characteristic) => {
    const { roles = [] } = found.get(one.characteristic) ?? {};
    found.set(one.characteristic, {
      ...one,
      ...found.get(one.characteristic),
      roles: (['child', 'adult'] as const).filter((role) => roles.includes(role) || one.roles.includes(role)),
    });
  };
  for (const { dataType, schema, sensitive, serviceDefinition } of datasets) {
    if (dataType !== 'user' || sensitive === true || serviceDefinition.administrative) continue;
    const ofRows = rolesOf(schema);
    for (const { title, 'x-kinledger': field } of schema.fields) {
      if (field.target?.to !== 'attribute' || field.codeSystem === 'consent-form-version') continue;
      const roles = (['child', 'adult'] as const).filter(
        (role) => ofRows.includes(role) && (field.roles === undefined || field.roles.includes(role)),
      );
      const attribute = field.target.name;
      add({ characteristic: attribute, attribute, title, roles, groups: null });
      if (field.codeSystem !== undefined)
        add({
          ...{ characteristic: `${attribute}Group`, attribute, roles },
          ...{ title: `${title}, five groups of the census`, groups: censusGroups },
        });
    }
  }
  return [...found.values()];
}

const CENSUS = 'ethnicity-census-2021';

/** Values of every system become those of the census when rows are read. */
const censusGroups: Readonly<Record<string, string>> = Object.fromEntries(
  ethnicityCodes[CENSUS].flatMap(({ code }) => {
    const group = ethnicGroupOf(CENSUS, code);
    return group === undefined ? [] : [[code, group]];
  }),
);
