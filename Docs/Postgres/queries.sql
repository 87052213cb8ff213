-- Ten questions. `psql -v account=far1… -v height=100 -f queries.sql` asks them all.

\echo 1. Turnover and fees per day
SELECT date_trunc('day', time AT TIME ZONE 'UTC')::date AS day, count(*) AS payments, sum(amount) AS turnover, sum(fee) AS fees
FROM payments GROUP BY day ORDER BY day;

\echo 2. Fees of the blocks that each validator led
SELECT validator, name, count(height) AS blocks, coalesce(sum(payments), 0) AS payments, coalesce(sum(fees), 0) AS fees
FROM validators LEFT JOIN blocks ON leader = validator GROUP BY validator ORDER BY validator;

\echo 3. What each validator was paid
SELECT validator, name, count(height) AS payouts, coalesce(sum(amount), 0) AS paid
FROM validators LEFT JOIN payouts USING (validator) GROUP BY validator ORDER BY validator;

\echo 4. The ten accounts that received most
SELECT payee, count(*) AS payments, sum(amount) AS received FROM payments GROUP BY payee ORDER BY received DESC, payee LIMIT 10;

\echo 5. The ten accounts that paid most, and what it cost them
SELECT payer, count(DISTINCT id) AS transactions, sum(amount) AS paid, sum(fee) AS fees, round(sum(fee)::numeric / count(*), 2) AS fee_of_one
FROM payments GROUP BY payer ORDER BY paid DESC, payer LIMIT 10;

\echo 6. The balance of an account at a height
SELECT account, genesis_balance + coalesce((
    SELECT sum(change) FROM entries WHERE entries.account = accounts.account AND height <= :height), 0) AS balance
FROM accounts WHERE account = :'account';

\echo 7. The statement of an account, with the balance after each line
SELECT height, time, kind, other, change,
    genesis_balance + sum(change) OVER (ORDER BY height, index NULLS LAST, payment, change ROWS UNBOUNDED PRECEDING) AS balance
FROM entries JOIN accounts USING (account) JOIN blocks USING (height) WHERE account = :'account'
ORDER BY height, index NULLS LAST, payment, change;

\echo 8. Price and payments per hour
SELECT date_trunc('hour', time) AS hour, sum(payments) AS payments, min(price) AS lowest, max(price) AS highest,
    round(sum(fees)::numeric / nullif(sum(payments), 0), 2) AS fee_of_one
FROM blocks WHERE transactions > 0 GROUP BY hour ORDER BY hour;

\echo 9. The sums of an audit: the first three pairs are equal, and supply is what genesis gave
SELECT (SELECT sum(fee) FROM payments) AS fees_of_payments, (SELECT sum(fees) FROM blocks) AS fees_of_blocks,
    (SELECT count(*) FROM payments) AS payments, (SELECT sum(payments) FROM blocks) AS payments_of_blocks,
    (SELECT balance FROM accounts WHERE number = 0) AS pool,
    (SELECT coalesce(sum(fees), 0) FROM blocks) - (SELECT coalesce(sum(amount), 0) FROM payouts) AS fees_less_payouts,
    (SELECT coalesce(sum(amount), 0) FROM payouts) AS payouts,
    (SELECT sum(balance) FROM accounts) AS balances, (SELECT sum(genesis_balance) FROM accounts) AS supply;

\echo 10. Accounts whose entries do not lead to their balance: none
SELECT account, genesis_balance + coalesce(sum(change), 0) AS computed, balance
FROM accounts LEFT JOIN entries USING (account)
GROUP BY account, genesis_balance, balance HAVING genesis_balance + coalesce(sum(change), 0) <> balance ORDER BY account;
