-- The LMS's id of the person whose work a launch from the gradebook asks for (LtiSubmissionReviewRequest).
ALTER TABLE sessions ADD COLUMN review_of TEXT;
