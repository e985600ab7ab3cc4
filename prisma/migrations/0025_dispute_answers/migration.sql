-- Whether the shop has sent its evidence of an open dispute. Until then the operator is reminded. Existing rows
-- learn it when reconciliation asks the provider about them.
ALTER TABLE dispute ADD COLUMN answered boolean NOT NULL DEFAULT false;
