-- What the restricted zone says of files on their way: states and counts for pages, not part of the golden dataset.
CREATE SCHEMA operations;
CREATE TABLE operations.upload (
  upload_id uuid PRIMARY KEY,
  submission_id uuid,
  intake int,
  provider text NOT NULL,
  dataset text NOT NULL,
  period text NOT NULL,
  state text NOT NULL,
  reason text,
  counts jsonb NOT NULL,
  findings jsonb NOT NULL,
  chunks int,
  first_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL
);
CREATE INDEX upload_submission ON operations.upload (submission_id);
CREATE TABLE operations.rebuild (
  rebuild_id uuid PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('live', 'as-at')),
  state text NOT NULL CHECK (state IN ('running', 'done', 'failed')),
  up_to bigint,
  schema_name text NOT NULL,
  position bigint NOT NULL DEFAULT -1,
  head bigint NOT NULL,
  records bigint NOT NULL DEFAULT 0,
  before_digest text,
  after_digest text,
  before_position bigint,
  reason text,
  started_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz
);
GRANT USAGE ON SCHEMA operations TO kinledger_projector, kinledger_reporting;
GRANT SELECT, INSERT, UPDATE ON operations.upload TO kinledger_projector;
GRANT SELECT, INSERT, UPDATE, DELETE ON operations.rebuild TO kinledger_projector;
GRANT SELECT ON operations.upload, operations.rebuild TO kinledger_reporting;
