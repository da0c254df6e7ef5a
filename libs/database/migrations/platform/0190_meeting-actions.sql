-- Actions that a service data meeting agrees on, each as the states that it has had, one after another: the latest holds, and
-- nobody changes or takes out an earlier one. When a row was written, and by which role, is not for the writer to say. ADR 0071.
CREATE SCHEMA meetings;

CREATE TABLE meetings.action (
  action_id    uuid        NOT NULL,
  -- 1 as it was agreed, then one more with each change.
  version      int         NOT NULL CHECK (version BETWEEN 1 AND 1000),
  service      text        NOT NULL,
  -- The quarter that the meeting was about.
  period       text        NOT NULL,
  action       text        NOT NULL CHECK (length(btrim(action)) BETWEEN 5 AND 500),
  -- A role, or the name of a member of staff.
  owner        text        NOT NULL CHECK (length(btrim(owner)) BETWEEN 2 AND 80),
  due          date        NOT NULL,
  state        text        NOT NULL CHECK (state IN ('open', 'done', 'dropped')),
  person       text        NOT NULL,
  organisation text,
  written_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
  written_by   text        NOT NULL DEFAULT session_user,
  PRIMARY KEY (action_id, version)
);
CREATE INDEX ON meetings.action (service);

GRANT USAGE ON SCHEMA meetings TO kinledger_reporting;
GRANT SELECT ON meetings.action TO kinledger_reporting;
GRANT INSERT (action_id, version, service, period, action, owner, due, state, person, organisation) ON meetings.action
  TO kinledger_reporting;
