DROP TABLE counted_dates;
