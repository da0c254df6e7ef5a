-- Marks of a contact with what makes it one person's, and of contacts that only one adult uses: ADR 0041.
ALTER TABLE pseudonymiser.suppression DROP CONSTRAINT suppression_kind_check;
ALTER TABLE pseudonymiser.suppression ADD CONSTRAINT suppression_kind_check CHECK (kind IN (
  'nhs-number', 'child-key', 'row-key',
  'email-birth-date', 'mobile-birth-date', 'email-case-number', 'mobile-case-number',
  'carer-email', 'carer-mobile'
));
