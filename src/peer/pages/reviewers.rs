//! The reviewers of an activity, for staff.

use actix_web::web;
use askama::Template;

use super::marks;
use super::trainer::RowWords;
use crate::context::Context;
use crate::ids::{ActivityId, PersonId};
use crate::launch::SignedIn;
use crate::peer::aggregate::Reviewer;
use crate::peer::service::reviewers::{self, Card, Reviewers};
use crate::peer::signs::Sign;
use crate::web::{PageResult, View, page};

#[derive(Template)]
#[template(path = "reviewers.html")]
struct ReviewersPage {
    v: View,
    r: Reviewers,
    base: String,
}

impl RowWords for ReviewersPage {
    fn view(&self) -> &View {
        &self.v
    }
}

impl ReviewersPage {
    fn name_of(&self, id: &PersonId) -> String {
        self.r.learner(id).map_or_else(|| self.v.t("pairs-gone"), |l| self.name(&l.person))
    }

    fn marks_words(&self, reviewer: &Reviewer) -> String {
        marks::reviewer(&self.v, reviewer)
    }

    fn helpful(&self, card: &Card) -> String {
        card.helpful.map_or_else(|| "–".to_owned(), |mean| marks::share(&self.v, mean))
    }

    fn words(&self, card: &Card) -> String {
        card.words.map_or_else(|| "–".to_owned(), |words| words.to_string())
    }

    fn sign(&self, sign: &Sign) -> String {
        match sign {
            Sign::Careless => self.v.t("sign-careless"),
            Sign::Steady => self.v.t("sign-steady"),
            Sign::StraightLine => self.v.t("sign-straight-line"),
            Sign::Kind(points) => self.v.n("sign-kind", *points),
            Sign::Strict(points) => self.v.n("sign-strict", *points),
            Sign::Quick(seconds) => self.v.n("sign-quick", *seconds),
            Sign::Repeats => self.v.t("sign-repeats"),
            Sign::AlikeWith(who) => self.v.a("sign-alike", "name", self.name_of(who)),
            Sign::Mutual(who) => self.v.a("sign-mutual", "name", self.name_of(who)),
        }
    }
}

async fn show(user: SignedIn, context: web::Data<Context>, id: web::Path<String>) -> PageResult {
    let (scope, id, now) = (user.scope(), ActivityId(id.into_inner()), context.clock.now());
    let base = format!("/peer/{id}");
    let loaded = context.db.read(move |c| reviewers::load(c, &scope, &id, now)).await?;
    page(&ReviewersPage { v: user.view, r: loaded, base })
}

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("/peer/{activity}/reviewers", web::get().to(show));
}
