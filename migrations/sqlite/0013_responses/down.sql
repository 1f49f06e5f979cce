DROP TABLE appeals;
DROP TABLE review_responses;
