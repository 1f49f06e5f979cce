-- Dates that are counted in days: reviews from the date of the works, the release from the end of the reviews.
CREATE TABLE counted_dates (
    activity_id TEXT NOT NULL PRIMARY KEY REFERENCES activities (id),
    review_from INTEGER CHECK (review_from BETWEEN 0 AND 365),
    review_due INTEGER CHECK (review_due BETWEEN 1 AND 365),
    release INTEGER CHECK (release BETWEEN 0 AND 365)
);
