import { describe, expect, it } from 'vitest';
import { completeDocument } from './complete-document.js';

const documentOf = (tag: string) => ({
  info: {},
  tags: [],
  paths: { '/v1/letters': { get: { tags: [tag], responses: { '200': { description: 'The letters.' } } } } },
});

describe('a completed API document', () => {
  it('describes each of its tags, and that every address may return an error', () => {
    const { tags, paths } = completeDocument(documentOf('letters'), { letters: 'What is written.' });
    expect(tags).toEqual([{ name: 'letters', description: 'What is written.' }]);
    expect(Object.keys(paths['/v1/letters'].get.responses)).toEqual(['200', '400', 'default']);
  });

  it('is refused while a tag has no description', () => {
    expect(() => completeDocument(documentOf('letters'), {})).toThrow('lacks a sentence for the tag letters');
  });
});
