-- How many working days a shipping method takes, from the order to the door. Orders and emails compute the
-- expected dates from them. Before, the time was only words in the method's label.
ALTER TABLE shipping_method ADD COLUMN min_days integer;
ALTER TABLE shipping_method ADD COLUMN max_days integer;

-- Both or neither: without them, the shop promises no date. At least one working day, because the day of the
-- order does not count, and a limit that no carrier exceeds.
ALTER TABLE shipping_method ADD CONSTRAINT shipping_method_days_check CHECK (
  (min_days IS NULL AND max_days IS NULL)
  OR (min_days IS NOT NULL AND max_days IS NOT NULL AND min_days >= 1 AND min_days <= max_days AND max_days <= 90)
);

-- The labels have had a documented form since 0014: "Standard, 3–5 working days". A label of another form
-- stays without days, until the owner sets them.
UPDATE shipping_method
SET min_days = found.days[1]::integer, max_days = found.days[2]::integer
FROM (SELECT id, regexp_match(label, '([1-9]\d?)\s*[–-]\s*([1-9]\d?) working days') AS days FROM shipping_method) AS found
WHERE found.id = shipping_method.id AND found.days IS NOT NULL
  AND found.days[1]::integer <= found.days[2]::integer AND found.days[2]::integer <= 90;
