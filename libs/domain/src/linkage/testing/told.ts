import {
  isLinked,
  type DataOf,
  type FamiliesDissolved,
  type FamiliesLinked,
  type LedgerEvent,
  type LinkedPlacement,
  type RecordsPlaced,
  type RelationshipsIdentified,
  type SetAsidePlacement,
} from '@kinledger/contracts';

type Submitted = Omit<DataOf<typeof RecordsPlaced>, 'placements'>;
type Scoped = Pick<DataOf<typeof FamiliesLinked>, 'scope'>;

/** One item of an event that holds a list. */
export type Listed =
  | { readonly type: 'Registered'; readonly data: Submitted & LinkedPlacement }
  | { readonly type: 'Matched'; readonly data: Submitted & LinkedPlacement }
  | { readonly type: 'SetAside'; readonly data: Submitted & SetAsidePlacement }
  | {
      readonly type: 'RelationshipIdentified';
      readonly data: DataOf<typeof RelationshipsIdentified>['relationships'][number];
    }
  | { readonly type: 'RelationshipEnded'; readonly data: { readonly relationship: string } }
  | {
      readonly type: 'FamilyLinked';
      readonly data: Scoped & DataOf<typeof FamiliesLinked>['families'][number];
    }
  | {
      readonly type: 'FamilyDissolved';
      readonly data: Scoped & DataOf<typeof FamiliesDissolved>['families'][number];
    };

type ListingType =
  'RecordsPlaced' | 'RelationshipsIdentified' | 'RelationshipsEnded' | 'FamiliesLinked' | 'FamiliesDissolved';

/** One thing that the ledger says, with its revision. An event without a list says one thing. */
export type Told = (Listed | Exclude<LedgerEvent, { readonly type: ListingType }>) & {
  readonly revision: number;
};

export type ToldOf<Type extends Told['type']> = Extract<Told, { readonly type: Type }>;

/** The items that events state, one by one, so that a test does not depend on how they are divided into lists. */
export const told = (events: readonly LedgerEvent[]): Told[] => events.flatMap(toldBy);

function toldBy(event: LedgerEvent): Told[] {
  const { revision } = event;
  switch (event.type) {
    case 'RecordsPlaced': {
      const { placements, ...submitted } = event.data;
      return placements.map((placement): Told => {
        if (!isLinked(placement)) return { type: 'SetAside', data: { ...submitted, ...placement }, revision };
        const type = placement.registered ? 'Registered' : 'Matched';
        return { type, data: { ...submitted, ...placement }, revision };
      });
    }
    case 'RelationshipsIdentified':
      return event.data.relationships.map((data) => ({ type: 'RelationshipIdentified', data, revision }));
    case 'RelationshipsEnded':
      return event.data.relationships.map((relationship) => ({
        ...{ type: 'RelationshipEnded', data: { relationship }, revision },
      }));
    case 'FamiliesLinked': {
      const { scope, families } = event.data;
      return families.map((family) => ({ type: 'FamilyLinked', data: { scope, ...family }, revision }));
    }
    case 'FamiliesDissolved': {
      const { scope, families } = event.data;
      return families.map((family) => ({ type: 'FamilyDissolved', data: { scope, ...family }, revision }));
    }
    default:
      return [event];
  }
}
