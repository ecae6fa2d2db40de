// Cohorts of owners are read by when they were delivered to. Only relationships of whom a dealer delivered to lie in it.
CREATE INDEX known_to_delivered IF NOT EXISTS FOR ()-[k:KNOWN_TO]-() ON (k.deliveredAt);
