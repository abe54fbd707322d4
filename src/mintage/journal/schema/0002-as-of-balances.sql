-- A trial balance as of any past date reads this index alone.
CREATE INDEX postings_by_account ON postings (account, commodity, date, amount);
CREATE INDEX facts_by_kind ON facts (kind, date);
