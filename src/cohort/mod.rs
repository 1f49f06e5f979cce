//! Cohorts: the group of a SPOC, bound to one or several courses. A course has an implicit cohort,
//! "everyone in this course", which exists without anybody asking.

pub mod model;
pub mod roster;
pub mod service;
pub mod store;
