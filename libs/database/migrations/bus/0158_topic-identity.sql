-- Tells a topic from one of the same name in a database that was made anew: what this one held is not there. ADR 0047.
ALTER TABLE bus.topic ADD COLUMN identity uuid NOT NULL DEFAULT gen_random_uuid();
