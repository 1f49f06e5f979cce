DROP TABLE review_pairs;
