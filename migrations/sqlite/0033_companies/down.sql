DROP TABLE review_companies;
DROP TABLE company_rules;
