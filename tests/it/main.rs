//! The integration tests: they speak HTTP to the built app, on both database engines.
//!
//! `PostgreSQL` is found by `CERCLE_TEST_POSTGRES_URL`; `tests/run` installs and starts one.

#![expect(unreachable_pub, reason = "the harness is public to the test files, which nothing outside can reach")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where something is wrong")]

mod admin;
mod architecture;
mod cli;
mod deep_linking;
mod delivery;
mod doctor;
mod grades;
mod harness;
mod kill;
mod launch;
mod notices;
mod outbound;
mod outbox;
mod peer;
mod registration;
mod roster;
mod sessions;
mod store;
mod texts;
