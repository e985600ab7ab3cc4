-- Sessions that an operator has ended. A session is a signed cookie with the time of its issue and is
-- stored nowhere; this says from when on a shopper's sessions count.
CREATE TABLE session_revocation (
  -- One row for each shopper: ending sessions again moves the time.
  user_id    uuid PRIMARY KEY,
  -- A session of this shopper that was issued before this time is refused.
  not_before timestamptz(3) NOT NULL
);

-- Every process reads the rows that can still matter, the newest first.
CREATE INDEX session_revocation_not_before_idx ON session_revocation (not_before DESC);
