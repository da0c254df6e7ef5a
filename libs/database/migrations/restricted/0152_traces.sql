-- The trace of an upload (W3C traceparent), which its submission continues: random numbers, null while traces are off.
ALTER TABLE ingest.upload ADD COLUMN traceparent text CHECK (traceparent ~ '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$');
