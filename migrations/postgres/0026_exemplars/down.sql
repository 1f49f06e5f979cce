DROP TABLE exemplars;
