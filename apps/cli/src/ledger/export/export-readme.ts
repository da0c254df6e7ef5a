/** README.md of an export: the same in every export, so that it says nothing of this one. */
export const exportReadme = `# A ledger, to be checked

This folder holds the ledger of a Kinledger installation, or a part of it: every decision about which records belong to one
individual, in order, as bytes that were never changed. It holds no name, no identifier and no attribute of anybody; it is
still the pseudonymous history of people, to be kept and passed on with care.

You can check it with two functions alone, SHA-256 and Ed25519 (RFC 8032), in any language. \`kinledger ledger verify <this
folder>\` does what this page says.

## What you need from elsewhere

The files here were all made by whoever runs the ledger. That nothing was rewritten as a whole is shown only by something
that they cannot change: **a checkpoint that you were given earlier** and kept yourself. Without one you learn that the
folder agrees with itself and that the holder of the key stands by it.

## Files

| file | holds |
| --- | --- |
| \`export.json\` | which ledger, which positions, and hashes that stand for events that are not here |
| \`events.txt\` | the events, a line each |
| \`checkpoints/<size>.txt\` | signed statements about the first \`<size>\` events; the name is the size as 12 digits with leading zeros (more digits where the size has more) |
| \`keys.txt\` | the keys that sign checkpoints, a line each, in the order of their positions |
| \`definitions/<digest>.json\` | programme definitions that events name |
| \`strategies/<digest>.json\` | linkage strategies that events name |
| \`first-event.txt\` | the ledger's first event and a proof that it is in the tree; only where \`events.txt\` does not begin with it |

No other file belongs here. \`README.md\` is this page. Folders without a file are not there.

Conventions: a line ends with one byte 0x0A, the last one too. Hashes are written as 64 lower-case hexadecimal digits, unless
base64 is said (RFC 4648, section 4, with padding). Numbers are decimal, without leading zeros. Text is UTF-8. ‖ joins bytes.

### export.json

One line, the canonical JSON (RFC 8785) of an object with these members and no others:

| member | is |
| --- | --- |
| \`format\` | \`"kinledger-ledger-export"\` |
| \`version\` | \`1\` |
| \`stream\` | name of the ledger |
| \`origin\` | \`"kinledger/"\` and the name of the ledger |
| \`first\` | position of the first event here; 0 is the ledger's first |
| \`events\` | number of events here |
| \`before\` | hashes that stand for the events before \`first\`; empty where \`first\` is 0 |
| \`after\` | hashes that stand for the events behind the last one here, up to the size of the largest checkpoint; empty where that is not larger |

### events.txt

Each line is \`<position> <leaf hash> <event>\`: the position, a space, the leaf hash, a space, and then the event's bytes as
they are stored, up to the end of the line (they hold no 0x0A).

Check, line by line:

1. Positions begin with \`first\` and go up by one; there are \`events\` lines.
2. The leaf hash is SHA-256(0x00 ‖ event).
3. The event is canonical JSON (RFC 8785: no white space, members sorted) of an object with the members \`cause\`, \`data\`,
   \`id\`, \`revision\`, \`time\`, \`type\`, \`version\`, and \`revision\` is the position.
4. Where \`first\` is 0: \`id\` is a UUID made of SHA-256(lp(cause) ‖ lp(n)). lp(text) is the
   length of the text in bytes as 4 bytes, the highest first, and then the text; n is, in decimal, how many earlier events have
   the same \`cause\`. Of the hash's hexadecimal digits h0, h1, … the UUID is h0–h7 \`-\` h8–h11 \`-8\` h13–h15 \`-\` v h17–h19
   \`-\` h20–h31, where v is \`8\`, \`9\`, \`a\` or \`b\` for the two lower bits of h16 being 0, 1, 2 or 3.

### The tree

It is the one of RFC 9162 (Certificate Transparency), section 2.1. The hash of a node is SHA-256(0x01 ‖ left ‖ right). To
find the root over many leaves while reading them, keep a stack of pairs (level, hash):

- **Push** a leaf with level 0. While the two topmost pairs have the same level L, replace them with one: level L + 1, hash
  SHA-256(0x01 ‖ lower one ‖ topmost one).
- **Root** of what was pushed so far: begin with the topmost hash; for each further pair downwards, h becomes SHA-256(0x01 ‖ its
  hash ‖ h). The root of no leaf is SHA-256 of nothing.

Where \`first\` is not 0, the stack begins with \`before\`: one hash for each 1 in the binary form of \`first\`, from the
highest to the lowest; the level is the place of that 1 (0 for the lowest).

\`after\` continues at the position p behind the last event. For each of its hashes in turn, the level is the largest L for which p is
a multiple of 2^L and p + 2^L is not larger than the size of the largest checkpoint. Push the hash with that level, and add
2^L to p. At the end p is that size.

### checkpoints

A checkpoint is a signed note as of C2SP (c2sp.org/tlog-checkpoint, c2sp.org/signed-note):

    <origin>
    <size>
    <base64 of the root over the first <size> events>
    <nothing>
    — <name> <base64>

The text that is signed is everything before the empty line, the end of its last line included: the first three lines, or more, if
there are further lines before the last empty line. Each line behind the empty line is a signature: the character U+2014, a
space, the name of the key, a space, and the base64 of the key's id (4 bytes) ‖ the Ed25519 signature (64 bytes).

Check each of them:

1. The first line is \`origin\`; the size is that of the file's name, larger than \`first\`.
2. At least one signature bears the name and id of the key that is in force at the last event that the checkpoint is about, at position size − 1 (see \`keys.txt\`), and each that does is good for that text. Signatures of other names are
   those of witnesses, and are left aside.
3. The root is the one of the tree when it has that many leaves.

The largest checkpoint is at least as large as \`first\` + \`events\`, or else the events from its size on are **not signed
yet**. Its size is larger only where \`after\` holds something. Every checkpoint that is right for one and the same tree shows that each goes on from the one before.

**Your own checkpoint**: check it in the same way. Its size is larger than \`first\` and not larger than that of the tree.
Where its signature is good and its root is another one, history was rewritten.

### keys.txt

The first line is \`0 <verifier key>\`, each further one \`<position> <verifier key> <base64 of a signature>\`. A key is in force from its
position on, up to the one before the position of the next line: the checkpoint of a size n is signed by the key of the last line whose
position is not larger than n − 1. So the first checkpoint that covers a change of key bears the new key's signature. A verifier key is
\`<name>+<id>+<base64>\`: the base64 is that of 0x01 ‖ the public key (32 bytes), the name is \`origin\`, and the id is the first 8 hexadecimal digits of
SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key).

Check:

1. The public key of the first line is what \`data.signingKey\` of the ledger's first event says (base64 of the 32 bytes).
2. Positions go up, no key comes twice, and none is at or behind the larger one of \`first\` + \`events\` and the size of the largest checkpoint.
3. The signature (64 bytes) of each further line is good, by Ed25519 with the public key of the line before, for these four lines, each with
   its end: \`kinledger signing key change\`, \`origin\`, the position, the base64 of the new public key (32 bytes).
4. At each position that is among the events here, an event of the type \`SigningKeyChanged\` has \`data.previous\` (the public key of the line before),
   \`data.signingKey\` (the new one) and \`data.signature\` (that signature), all in base64; and there is a line for every event of that type.
   Changes at other positions are shown by their signatures.
5. \`data.signingKey\` of every event of the type \`ProgrammeDefined\` is the key in force at its position.

### definitions, strategies

The SHA-256 of each file is the digest in its name. There is one for each \`data.definition\` of an event of the type
\`ProgrammeDefined\`, and one for each \`data.digest\` of an event of the type \`StrategyAdopted\`, and no other. The content of a strategy is the
canonical JSON of \`{"name": data.strategy, "parameters": data.parameters}\`.

### first-event.txt

The first line is that of position 0, as in \`events.txt\`. Each further line is a hash of an inclusion proof (RFC 9162, section
2.1.3) for leaf 0 in the tree of the largest checkpoint: begin with the leaf hash; for each hash of the proof in turn, h becomes
SHA-256(0x01 ‖ h ‖ it); at the end h is that checkpoint's root. There are as many as it takes to halve the size, rounding
up, until it is 1. Where there is no checkpoint there is no proof.

## What this does not show

That what was decided was right, that every file that should have come did come, or that what events say of records is what those
records held: the records' own content lies elsewhere and may be erased. Events hold a salted SHA-256 of it
(\`commitments\`; of the tokens in it the last one counts that an event states for the record: \`RecordsRekeyed\` and
\`CarerTokensErased\` state new ones), which whoever runs the ledger can open as long as it is there.
`;
