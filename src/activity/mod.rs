//! Activities: what is placed behind an LMS link, and how a trainer chooses it. Answers `/open`.

pub mod model;
pub mod pages;
pub mod picker;
pub mod rules;
pub mod service;
pub mod store;
