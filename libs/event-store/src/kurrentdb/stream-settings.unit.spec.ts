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
])('%s takes events away: a fault', (name, settings) => {
  expect(said('programme-leap', settings, plain)).toEqual([
    expect.stringMatching(
      new RegExp(
        `^fault: \\${name} of programme-leap hides .*: take the setting away before anybody scavenges$`,
      ),
    ),
  ]);
});

it.each([
  ['$all', ['$all']],
  ['everybody', '$all'],
  ['several', ['linker', 'somebody']],
])('an ACL that lets %s write is a fault', (_, $w) => {
  expect(said('programme-leap', { $acl: { $w } }, tls)).toEqual([
    'fault: the ACL of programme-leap lets others than the linker write ($acl.$w): leave the linker’s user and $admins alone',
  ]);
});

it.each([['linker'], [['linker']], [['linker', '$admins']], [['$admins']]])(
  'an ACL that lets %s write is none',
  ($w) => {
    expect(said('programme-leap', { $acl: { $w } }, tls)).toEqual([]);
  },
);

it('no ACL is a remark where users are told apart, and nothing where they are not', () => {
  expect(said('programme-leap', undefined, tls)).toEqual([
    expect.stringContaining('remark: programme-leap has no list of who may write'),
  ]);
  expect(said('programme-leap', { $acl: { $r: '$all' } }, tls)).toHaveLength(1);
  expect(said('programme-leap', undefined, plain)).toEqual([]);
  expect(said('programme-leap', { $acl: { $w: '$all' } }, plain)).toEqual([]);
});

it('settings that may not be read are a remark', () => {
  expect(said('programme-leap', 'hidden', tls)).toEqual([
    expect.stringContaining('remark: the settings of programme-leap cannot be read'),
  ]);
});
