-- How the columns of a file were read that could have been read in another way: fields, and the order of day and month or what a
-- spreadsheet did to them, without a value. Null for a file that an earlier version read.
ALTER TABLE ingest.upload ADD COLUMN columns_read jsonb;
