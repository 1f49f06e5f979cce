//! `GET /open`: where a launch ends.

use actix_web::web;
use askama::Template;

use super::service;
use crate::context::Context;
use crate::launch::SignedIn;
use crate::platform;
use crate::store::columns::Role;
use crate::store::{Conn, StoreError};
use crate::web::{PageResult, View, page, see_other};

#[derive(Template)]
#[template(path = "not_set_up.html")]
struct NotSetUp {
    v: View,
    course: String,
}

async fn open(user: SignedIn, context: web::Data<Context>) -> PageResult {
    let (scope, now) = (user.scope(), context.clock.now());
    let role = scope.role;
    let found = context
        .db
        .write(move |c: &mut Conn| -> Result<_, StoreError> {
            let activity = service::open(c, &scope, now)?;
            Ok((activity, platform::store::get_course(c, &scope.course)?))
        })
        .await?;
    match (found, role) {
        ((Some(activity), _), _) => Ok(see_other(&format!("/peer/{activity}"))),
        ((None, _), Role::Trainer) => Ok(see_other("/peer/set-up")),
        ((None, course), _) => page(&NotSetUp { v: user.view, course: course.title }),
    }
}

/// The routes.
pub fn routes(config: &mut web::ServiceConfig) {
    config.route("/open", web::get().to(open));
}
