// The reader follows the commits: opened anew with each, it would cost a small one most of its time.
// Blind tokens of names (told by sources or set by hand), e-mails' local parts and phones' last digits; the analyzer only parts them at spaces.
CREATE FULLTEXT INDEX search_tokens IF NOT EXISTS FOR (n:Profile|Identifier|Correction) ON EACH [n.searchTokens]
OPTIONS {indexConfig: {`fulltext.analyzer`: 'whitespace', `fulltext.eventually_consistent`: true}};
