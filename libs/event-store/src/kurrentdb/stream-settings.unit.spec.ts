import { expect, it } from 'vitest';
import { findingsOf } from './stream-settings.js';

const tls = { tls: true };
const plain = { tls: false };
const said = (...question: Parameters<typeof findingsOf>) =>
  findingsOf(...question).map(({ weight, sentence }) => `${weight}: ${sentence}`);

it.each([
  ['$maxCount', { $maxCount: 5 }],
  ['$maxAge', { $maxAge: 60 }],
  ['$tb', { $tb: 3 }],
])('reports %s as a fault, because it hides events', (name, settings) => {
  expect(said('programme-leap', settings, plain)).toEqual([
    expect.stringMatching(
      new RegExp(
        `^fault: \\${name} of programme-leap hides .*: remove the setting before anybody scavenges$`,
      ),
    ),
  ]);
});

it.each([
  ['$all', ['$all']],
  ['everybody', '$all'],
  ['several', ['linker', 'somebody']],
])('reports an ACL that lets %s write as a fault', (_, $w) => {
  expect(said('programme-leap', { $acl: { $w } }, tls)).toEqual([
    'fault: the ACL of programme-leap lets others than the linker write ($acl.$w): name only the linker’s user and $admins there',
  ]);
});

it.each([['linker'], [['linker']], [['linker', '$admins']], [['$admins']]])(
  'accepts an ACL that lets %s write',
  ($w) => {
    expect(said('programme-leap', { $acl: { $w } }, tls)).toEqual([]);
  },
);

it('reports a missing ACL as a remark if users are authenticated, else not at all', () => {
  expect(said('programme-leap', undefined, tls)).toEqual([
    expect.stringContaining('remark: programme-leap does not restrict who may write'),
  ]);
  expect(said('programme-leap', { $acl: { $r: '$all' } }, tls)).toHaveLength(1);
  expect(said('programme-leap', undefined, plain)).toEqual([]);
  expect(said('programme-leap', { $acl: { $w: '$all' } }, plain)).toEqual([]);
});

it('reports settings that it may not read as a remark', () => {
  expect(said('programme-leap', 'hidden', tls)).toEqual([
    expect.stringContaining('remark: the settings of programme-leap cannot be read'),
  ]);
});
