-- every later object is created by the migrator; nobody else may create in public
REVOKE ALL ON SCHEMA public FROM PUBLIC;
