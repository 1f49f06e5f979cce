//! Queries about registrations, invitations, deployments, courses, links and people.

mod invitations;
mod registrations;
mod surroundings;

pub use invitations::{
    claim_invitation, create_invitation, end_invitations, find_invitation, list_invitations, release_invitation,
    use_invitation,
};
pub use registrations::{
    create_deployment, create_registration, find_deployment, find_registration, get_deployment, is_registered,
    list_deployments, list_registrations, list_registrations_of, set_deployment_state, set_registration_enabled,
    update_registration,
};
pub use surroundings::{
    Home, Known, Service, Wanted, create_course, create_link, create_people, create_person, find_known,
    find_newest_course, find_person, get_course, get_home, get_link, get_person, list_people, list_people_by_sub,
    update_course, update_link, update_person,
};
