-- A staged chunk names its version in its first four bytes; the column beside it was never read.
ALTER TABLE linker.chunk DROP COLUMN version;
