//! Cercle: private cohorts, peer assessment and trainer dashboards for the LMS a company already has.
//!
//! It is an LTI 1.3 tool. `docs/` tells how to run it; this crate is the program itself, laid out by
//! feature. See `docs/src/developer/architecture.md` for which module may use which.

pub mod activity;
pub mod admin;
pub mod app;
pub mod audit;
pub mod cli;
pub mod clock;
pub mod cohort;
pub mod context;
pub mod crypto;
pub mod demo;
pub mod disk;
pub mod fault;
pub mod files;
pub mod grades;
pub mod ids;
pub mod jobs;
pub mod launch;
pub mod lti;
pub mod mail;
pub mod net;
pub mod news;
pub mod peer;
pub mod platform;
pub mod settings;
pub mod store;
pub mod web;
