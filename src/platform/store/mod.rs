//! Queries about registrations, deployments, courses, links and people.

mod registrations;
mod surroundings;

pub use registrations::{
    create_deployment, create_registration, find_registration, get_deployment, list_deployments, list_registrations,
    list_registrations_of, set_registration_enabled,
};
pub use surroundings::{
    Known, Wanted, create_course, create_link, create_person, find_known, get_course, get_link, get_person,
    list_people, update_course, update_link, update_person,
};
