-- A parked submission may be tried again, each time at a new place in the order of intake.
CREATE TABLE ingest.unparking (
  intake     integer PRIMARY KEY,
  submission text NOT NULL REFERENCES ingest.submission (submission),
  asked_by   text NOT NULL,
  asked_at   timestamptz NOT NULL
);
GRANT SELECT, INSERT ON ingest.unparking TO kinledger_ingest;

-- So a file may end more than once: each end belongs to the place in the order of intake that it was tried for.
ALTER TABLE pseudonymiser.finished_file ADD COLUMN intake integer;
UPDATE pseudonymiser.finished_file f SET intake = s.intake FROM ingest.submission s WHERE s.submission = f.submission;
ALTER TABLE pseudonymiser.finished_file
  ALTER COLUMN intake SET NOT NULL,
  DROP CONSTRAINT finished_file_pkey,
  ADD PRIMARY KEY (submission, intake);
