-- Run in the directory that `farthing export --format csv` wrote: psql -f …/load.sql. All of it or nothing.

\set ON_ERROR_STOP on
BEGIN;
\copy validators FROM 'validators.csv' WITH (FORMAT csv, HEADER true)
\copy accounts FROM 'accounts.csv' WITH (FORMAT csv, HEADER true)
\copy blocks FROM 'blocks.csv' WITH (FORMAT csv, HEADER true)
\copy payments FROM 'payments.csv' WITH (FORMAT csv, HEADER true)
\copy payouts FROM 'payouts.csv' WITH (FORMAT csv, HEADER true)
CREATE INDEX ON payments (payer, height);
CREATE INDEX ON payments (payee, height);
CREATE INDEX ON payments (id);
COMMIT;
ANALYZE;
