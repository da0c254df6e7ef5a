-- Values may be stored packed. A batch is bounded by what it takes in memory: the size of a value before it was packed,
-- where that is not its length.
ALTER TABLE bus.message ADD COLUMN size int CHECK (size >= 0);
