-- The tables of `farthing export --format csv` (Docs/Spec/8-export.md, 8.6), column by column.
-- Amounts are base units; all of them together are below 2^63, so bigint holds each.

BEGIN;

CREATE TABLE validators (
    validator      integer PRIMARY KEY,
    name           text,
    consensus_key  text NOT NULL UNIQUE,
    node_key       text NOT NULL UNIQUE,
    note_key       text NOT NULL UNIQUE,
    payout_account text NOT NULL UNIQUE
);

-- Account 0 is the fee pool.
CREATE TABLE accounts (
    number          bigint PRIMARY KEY,
    account         text NOT NULL UNIQUE,
    genesis_balance bigint NOT NULL CHECK (genesis_balance >= 0),
    balance         bigint NOT NULL CHECK (balance >= 0),
    touched_height  bigint NOT NULL
);

CREATE TABLE blocks (
    height       bigint PRIMARY KEY,
    hash         text NOT NULL UNIQUE,
    time_ms      bigint NOT NULL,
    time         timestamptz NOT NULL,
    view         bigint NOT NULL,
    leader       integer NOT NULL REFERENCES validators,
    finalized    boolean NOT NULL,
    floor        bigint NOT NULL,
    cost         bigint NOT NULL,
    price        bigint NOT NULL,
    shares       bigint NOT NULL,
    transactions bigint NOT NULL,
    payments     bigint NOT NULL,
    fees         bigint NOT NULL,
    payout       bigint NOT NULL,
    pool_balance bigint NOT NULL CHECK (pool_balance >= 0)
);

CREATE TABLE payments (
    height         bigint NOT NULL REFERENCES blocks,
    index          integer NOT NULL,
    payment        integer NOT NULL,
    time           timestamptz NOT NULL,
    id             text NOT NULL,
    payer          text NOT NULL REFERENCES accounts (account),
    payee          text NOT NULL REFERENCES accounts (account),
    amount         bigint NOT NULL CHECK (amount >= 0),
    fee            bigint NOT NULL CHECK (fee >= 0),
    reference_hex  text NOT NULL,
    reference_text text,
    payer_balance  bigint NOT NULL CHECK (payer_balance >= 0),
    payee_balance  bigint NOT NULL CHECK (payee_balance >= 0),
    PRIMARY KEY (height, index, payment)
);

CREATE TABLE payouts (
    height    bigint NOT NULL REFERENCES blocks,
    time      timestamptz NOT NULL,
    validator integer NOT NULL REFERENCES validators,
    account   text NOT NULL REFERENCES accounts (account),
    amount    bigint NOT NULL CHECK (amount > 0),
    balance   bigint NOT NULL CHECK (balance >= 0),
    PRIMARY KEY (height, validator)
);

-- Everything that moved a balance, for statements and balances at a height; the pool gets the fees.
CREATE VIEW entries AS
    SELECT height, index, payment, payer AS account, -amount - fee AS change, 'paid' AS kind, payee AS other FROM payments
    UNION ALL
    SELECT height, index, payment, payee, amount, 'received', payer FROM payments
    UNION ALL
    SELECT height, NULL, NULL, (SELECT account FROM accounts WHERE number = 0), fees, 'fees', NULL FROM blocks WHERE fees > 0
    UNION ALL
    SELECT height, NULL, NULL, account, amount, 'payout', (SELECT account FROM accounts WHERE number = 0) FROM payouts
    UNION ALL
    SELECT height, NULL, NULL, (SELECT account FROM accounts WHERE number = 0), -amount, 'payout', account FROM payouts;

COMMIT;
