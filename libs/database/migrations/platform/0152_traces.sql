-- The trace in which a file was submitted or a command was ordered (W3C traceparent), which its decision and the messages about
-- it continue: random numbers, null while traces are off.
ALTER TABLE linker.intake ADD COLUMN traceparent text CHECK (traceparent ~ '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$');
ALTER TABLE linker.command ADD COLUMN traceparent text CHECK (traceparent ~ '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$');

-- Traces of decisions that the projector was told of and has not yet projected. Which of its processes is told is not always the
-- one that projects.
CREATE TABLE projector.decision_trace (
  -- Position of the decision's closing event.
  position    bigint      PRIMARY KEY,
  submission  uuid        NOT NULL,
  traceparent text        NOT NULL CHECK (traceparent ~ '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$')
);
GRANT SELECT, INSERT, DELETE ON projector.decision_trace TO kinledger_projector;
