import { figures, nameOf } from '@kinledger/figures';

/** The most dimensions that a figure may have beside scope and quarter, for published counts to have a column for each. */
export const MOST_DIMENSIONS = 4;

/** Every counted column of every version of every figure, in the order of the registry. */
export const columnsOfFigure = figures.flatMap((figure) =>
  Object.entries(figure.columns).map(([column, { meaning, unit, disclosure }]) => ({
    ...{ figure: nameOf(figure), title: figure.title, column, meaning, unit, disclosure },
  })),
);

/** The names of each figure’s dimensions, as many as `MOST_DIMENSIONS`, null where it has fewer. */
export const dimensionsOfFigure = figures.map((figure) => {
  const names = Object.keys(figure.dimensions);
  if (names.length > MOST_DIMENSIONS)
    throw new Error(
      `${nameOf(figure)} has ${names.length} dimensions: published_count has columns for ${MOST_DIMENSIONS}`,
    );
  return {
    figure: nameOf(figure),
    names: Array.from({ length: MOST_DIMENSIONS }, (_, place) => names[place] ?? null),
  };
});
