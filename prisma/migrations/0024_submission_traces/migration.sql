-- The trace of a request, for a request that was traced (docs/decisions/0037). Null for most.
ALTER TABLE submission
  ADD COLUMN trace_id text,
  ADD CONSTRAINT submission_trace_id_check CHECK (trace_id ~ '^[0-9a-f]{32}$') NOT VALID;
