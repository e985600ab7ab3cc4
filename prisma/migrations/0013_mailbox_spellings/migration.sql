-- Gmail ignores dots and delivers both of its domains to one inbox, so emails to 2^9 spellings of one
-- address were counted apart, and the limit of emails about unpaid orders was none.

-- The index keeps what the function answered when a row was written, so it goes before the function
-- changes and is made anew after. It is not rebuilt by REINDEX: a connection may keep the expression
-- of an index for as long as that index lives. Until the end of this transaction all use of `mail` waits:
-- that of jobs, metrics and the local mailbox, and of no order. The table holds MAIL_KEPT_DAYS, and the
-- index only emails about unpaid orders.
DROP INDEX mail_unpaid_idx;

-- One mailbox, whatever its spelling: capital letters and what follows a "+" make no other one, and dots
-- make none at Gmail. `mailboxOf` in lib/email-address.ts says the same. Processes of the release before
-- ask by this function and count by the new rule from here on. Letters become small as in ASCII: a
-- Turkish database makes another letter of I.
CREATE OR REPLACE FUNCTION mailbox_of(address text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN lower(address COLLATE "C") ~ '@(gmail|googlemail)\.com$'
  THEN replace(regexp_replace(lower(address COLLATE "C"), '(\+[^@]*)?@.*$', ''), '.', '') || '@gmail.com'
  ELSE regexp_replace(lower(address COLLATE "C"), '\+[^@]*@', '@')
END;

-- Finds the emails about unpaid orders that went to one mailbox in the last hour and day.
CREATE INDEX mail_unpaid_idx ON mail (mailbox_of(recipient), created_at) WHERE unpaid;
