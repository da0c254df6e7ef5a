-- A question may be about two records: whether they are one person, and why. The look at the second has a line of its own
-- in the trail.
ALTER TABLE operations.explanation
  ADD COLUMN other      text,
  ADD COLUMN other_look uuid,
  ADD CHECK ((other IS NULL) = (other_look IS NULL));
