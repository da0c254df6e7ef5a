-- A parked submission may be tried again, each time at a new place in the order of intake.
ALTER TABLE linker.intake
  DROP CONSTRAINT intake_kind_check,
  ADD CONSTRAINT intake_kind_check CHECK (kind IN ('file', 'withdrawal', 'unparking'));

-- So it may say more than once that it cannot be processed: each time of the place that it was tried for.
ALTER TABLE linker.unprocessable ADD COLUMN intake integer;
UPDATE linker.unprocessable u SET intake = i.intake FROM linker.intake i WHERE i.submission = u.submission AND i.kind = 'file';
DELETE FROM linker.unprocessable WHERE intake IS NULL;
ALTER TABLE linker.unprocessable
  ALTER COLUMN intake SET NOT NULL,
  DROP CONSTRAINT unprocessable_pkey,
  ADD PRIMARY KEY (submission, intake);
