import { afterAll, beforeAll, expect, it } from 'vitest';
import { MarkedRun } from './marked-run.js';

const run = new MarkedRun();
beforeAll(() => run.run());
afterAll(() => run.dispose());
it('runs', async () => {
  for (const { request, code } of run.problems)
    if (request.code !== code) console.log(request.code, request.why, code);
  console.log(
    run.answers.filter((a) => a.name.startsWith('problem')).map((a) => a.bytes.toString().slice(0, 0)).length,
  );
  console.log(run.ownReport);
  expect(1).toBe(1);
});
