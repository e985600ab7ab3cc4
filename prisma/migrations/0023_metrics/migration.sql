-- What each scrape of the metrics counts: rows that are few, in tables that are large. Without these indexes
-- it would read every payment, and every email of the last day.

-- Payments whose whole refund the provider has not confirmed.
CREATE INDEX payment_returning_idx ON payment (updated_at) WHERE status = 'returning';

-- Emails that were not sent and will not be.
CREATE INDEX mail_not_sent_idx ON mail (created_at) WHERE status IN ('suppressed', 'refused');
