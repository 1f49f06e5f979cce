DROP TABLE practices;
DROP TABLE examples;
