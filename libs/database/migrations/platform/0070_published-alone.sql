-- Reports read what is published (schema `published`, which the projector makes), and no table.
REVOKE ALL ON ALL TABLES IN SCHEMA operations FROM kinledger_reporting;
REVOKE ALL ON SCHEMA operations FROM kinledger_reporting;
