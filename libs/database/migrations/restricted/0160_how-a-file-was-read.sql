-- Beside its encoding: what separates its cells, and the row of its column titles, from 1.
ALTER TABLE ingest.upload
  ADD COLUMN delimiter  text,
  ADD COLUMN header_row integer;
