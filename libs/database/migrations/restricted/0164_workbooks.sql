-- Whether a file was a workbook, and which of its sheets was read, from 1; what a person may overlook in it.
ALTER TABLE ingest.upload
  ADD COLUMN format  text,
  ADD COLUMN sheet   integer,
  ADD COLUMN remarks jsonb;
