-- A command to erase a person names the person by tokens and row keys. They go from its body with the answer: `forgotten` says
-- so, and that another body of the same command is no other command.
ALTER TABLE linker.command
  ADD COLUMN forgotten boolean NOT NULL DEFAULT false,
  -- What the reason of a refusal counts, where it counts anything.
  ADD COLUMN count integer CHECK (count >= 0),
  ADD CHECK (count IS NULL OR state = 'refused');
GRANT UPDATE (body, version, forgotten, count) ON linker.command TO kinledger_linker;
-- What was in a body before leaves the disk soon, not when a fifth of the table is dead.
ALTER TABLE linker.command SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10);
