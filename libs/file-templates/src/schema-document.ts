import { canonicalJson } from '@kinledger/domain';
import type { DatasetSchema } from '@kinledger/programme/definition';

/**
 * A dataset's schema as Table Schema (Data Package v2) in canonical JSON (RFC 8785). The SHA-256 of its UTF-8 text is
 * the schema's hash, as submissions name it.
 */
export const schemaDocument = (schema: DatasetSchema): string => canonicalJson(schema);
