//! The integration tests: they speak HTTP to the built app, on both database engines.
//!
//! `PostgreSQL` is found by `CERCLE_TEST_POSTGRES_URL`; `tests/run` installs and starts one.

#![expect(unreachable_pub, reason = "the harness is public to the test files, which nothing outside can reach")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where something is wrong")]

mod admin;
mod architecture;
mod backup;
mod cli;
mod control;
mod crawler;
mod deep_linking;
mod delivery;
mod doctor;
mod exemplars;
mod extensions;
mod files;
mod grades;
mod harness;
mod kill;
mod launch;
mod moderation;
mod news;
mod notices;
mod outbound;
mod outbox;
mod pairs;
mod peer;
mod phases;
mod practice;
mod queue;
mod queues;
mod registration;
mod release_rule;
mod responses;
mod reviewers;
mod roster;
mod rubrics;
mod self_assessment;
mod sessions;
mod store;
mod teams;
mod texts;
