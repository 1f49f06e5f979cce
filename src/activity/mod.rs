//! Activities: what is placed behind an LMS link. Answers `/open`.

pub mod model;
pub mod pages;
pub mod service;
pub mod store;
