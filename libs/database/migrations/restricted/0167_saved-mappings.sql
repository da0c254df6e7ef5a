-- Which columns and values of a provider’s files mean what, as people confirmed it: one mapping for each provider, dataset
-- and header, with all its versions, because uploads name the version by which they were read. Column titles and values
-- are the provider’s own words. A deletion removes every version.
CREATE TABLE ingest.mapping (
  mapping     text PRIMARY KEY CHECK (mapping ~ '^[0-9a-f]{32}$'),
  provider    text NOT NULL,
  dataset     text NOT NULL,
  -- Digest of the header’s titles, without order, case, spaces and punctuation.
  fingerprint text NOT NULL CHECK (fingerprint ~ '^[0-9a-f]{64}$'),
  UNIQUE (dataset, provider, fingerprint)
);

CREATE TABLE ingest.mapping_version (
  mapping     text NOT NULL REFERENCES ingest.mapping (mapping) ON DELETE CASCADE,
  version     integer NOT NULL CHECK (version > 0),
  -- The schema for which it was confirmed.
  schema_hash text NOT NULL,
  -- Schema field to the title of the provider’s column.
  columns     jsonb NOT NULL,
  -- Schema field to the provider’s value to code.
  codes       jsonb NOT NULL,
  saved_by    text NOT NULL,
  saved_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (mapping, version)
);

-- The mapping by which an upload was read; it outlives the mapping’s deletion as a name that means nothing.
ALTER TABLE ingest.upload
  ADD COLUMN saved_mapping         text,
  ADD COLUMN saved_mapping_version integer,
  ADD CHECK ((saved_mapping IS NULL) = (saved_mapping_version IS NULL));

GRANT SELECT, INSERT, DELETE ON ingest.mapping, ingest.mapping_version TO kinledger_ingest;
