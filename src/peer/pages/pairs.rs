//! Who reviews whom, and what the trainer decides about it.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use std::collections::BTreeMap;

use super::trainer::RowWords;
use super::{Typed, spreadsheet, table_words};
use crate::activity::model::{CompanyRule, GroupRule};
use crate::cohort::model::Learner;
use crate::context::Context;
use crate::ids::{ActivityId, PersonId};
use crate::launch::{Posted, SignedIn};
use crate::peer::PeerError;
use crate::peer::model::{Declined, Pair, PairRule, ReviewState};
use crate::peer::service::groups::{self, Belonging, COLUMNS as COLUMNS_OF_GROUPS};
use crate::peer::service::pairs::{self, COLUMNS, Given, Pairs};
use crate::store::Conn;
use crate::store::columns::Role;
use crate::web::{PageError, PageResult, View, page, page_with, see_other};

#[derive(Template)]
#[template(path = "pairs.html")]
struct PairsPage {
    v: View,
    p: Pairs,
    may_change: bool,
    base: String,
    /// What was chosen and refused: reviewer and author.
    chosen: (String, String),
    typed: Option<Typed>,
}

impl RowWords for PairsPage {
    fn view(&self) -> &View {
        &self.v
    }
}

impl PairsPage {
    fn new(v: View, p: Pairs, role: Role) -> Self {
        let may_change = role == Role::Trainer && p.activity.released_at.is_none();
        Self { base: format!("/peer/{}", p.activity.id), v, p, may_change, chosen: Default::default(), typed: None }
    }

    fn typed_in(&self, place: &str) -> Option<&Typed> {
        Typed::at(self.typed.as_ref(), place)
    }

    fn text_in(&self, place: &str) -> &str {
        Typed::text(self.typed_in(place))
    }

    fn name_of(&self, id: &PersonId) -> String {
        let learner = self.p.learners.iter().find(|l| l.person.id == *id);
        learner.map_or_else(|| self.v.t("pairs-gone"), |l| self.name(&l.person))
    }

    /// Whose work somebody got: an author's, a team's, or the trainer's control work.
    fn work_of(&self, given: &Given) -> String {
        if given.is_control {
            return self.v.t("control-work");
        }
        self.p.teams.name_of(&given.author).map_or_else(|| self.name_of(&given.author), str::to_owned)
    }

    /// What was decided; two who may not review each other are one line.
    fn decided(&self) -> Vec<&Pair> {
        let is_first = |p: &&Pair| p.rule == PairRule::Asked || p.reviewer_id < p.author_id;
        self.p.decided.iter().filter(is_first).collect()
    }

    fn words(&self, pair: &Pair) -> String {
        let (reviewer, author) = (self.name_of(&pair.reviewer_id), self.name_of(&pair.author_id));
        let key = match pair.rule {
            PairRule::Never => "pairs-never",
            PairRule::Asked => "pairs-asked",
        };
        self.v.aa(key, "reviewer", reviewer, "author", author)
    }

    /// The list of groups as it was typed, or as it is.
    fn group_list(&self) -> String {
        if let Some(typed) = self.typed_in("groups") {
            return typed.text.clone();
        }
        let Belonging { groups, companies } = &self.p.belonging;
        let [_, group, company] = COLUMNS_OF_GROUPS;
        let mut columns = vec![(group, groups), (company, companies)];
        columns.retain(|(_, of)| !of.is_empty());
        let is_in = |l: &&Learner| columns.iter().any(|(_, of)| of.contains_key(&l.person.id));
        let learners: Vec<&Learner> = self.p.learners.iter().filter(is_in).collect();
        if learners.is_empty() {
            return String::new();
        }
        let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        let line = |l: &&Learner| {
            let names = columns.iter().map(|(_, of)| of.get(&l.person.id).map(|name| quoted(name)).unwrap_or_default());
            [quoted(&self.name(&l.person))].into_iter().chain(names).collect::<Vec<_>>().join(",")
        };
        let head = COLUMNS_OF_GROUPS[..1].iter().copied().chain(columns.iter().map(|(column, _)| *column));
        let head = head.collect::<Vec<_>>().join(",");
        [head].into_iter().chain(learners.iter().map(line)).collect::<Vec<_>>().join("\n")
    }

    /// What the settings say about groups.
    fn group_words(&self) -> String {
        self.v.t(match self.p.activity.rules.group_rule {
            GroupRule::Any => "pairs-groups-any",
            GroupRule::Within => "pairs-groups-within",
            GroupRule::Across => "pairs-groups-across",
            GroupRule::Teams => "pairs-groups-teams",
        })
    }

    /// What they say about companies, where there are some or they matter.
    fn company_words(&self) -> Option<String> {
        let is_idle = self.p.company_rule == CompanyRule::Any && self.p.belonging.companies.is_empty();
        let words = self.v.t(match self.p.company_rule {
            CompanyRule::Any => "pairs-companies-any",
            CompanyRule::Within => "pairs-companies-within",
            CompanyRule::Across => "pairs-companies-across",
        });
        (!is_idle).then_some(words)
    }

    /// How many learners each group has, or each company.
    fn sizes(&self, of: &BTreeMap<PersonId, String>) -> String {
        let mut sizes: BTreeMap<&String, usize> = BTreeMap::new();
        for name in self.p.learners.iter().filter_map(|l| of.get(&l.person.id)) {
            *sizes.entry(name).or_default() += 1;
        }
        sizes.iter().map(|(name, size)| format!("{name} ({size})")).collect::<Vec<_>>().join(" · ")
    }

    /// The works that somebody got, and those that they are meant to get: whose, and how far it is.
    fn works_of(&self, id: &PersonId) -> Vec<(String, String)> {
        let given = self.p.given.iter().filter(|g| g.reviewer == *id);
        let given = given.map(|g| (self.work_of(g), self.state(g)));
        let planned = self.p.planned.iter().filter(|p| p.reviewer_id == *id);
        given.chain(planned.map(|p| (self.name_of(&p.author_id), self.v.t("pairs-planned")))).collect()
    }

    fn state(&self, given: &Given) -> String {
        self.v.t(match (given.declined, given.state) {
            (Some(Declined::Conflict), _) => "review-declined-conflict",
            (Some(Declined::Problem), _) => "review-declined-problem",
            (Some(Declined::Withheld), _) => "review-declined-withheld",
            (None, ReviewState::Sent) => "pairs-sent",
            (None, ReviewState::Open) => "review-under-way",
            (None, ReviewState::Lapsed) => "pairs-lapsed",
        })
    }
}

async fn load(user: &SignedIn, context: &Context, id: &ActivityId) -> Result<PairsPage, PageError> {
    let (scope, id, role) = (user.scope(), id.clone(), user.session.role);
    let loaded = context.db.read(move |c| pairs::load(c, &scope, &id)).await?;
    Ok(PairsPage::new(user.view.clone(), loaded, role))
}

async fn show(user: SignedIn, context: web::Data<Context>, id: web::Path<String>) -> PageResult {
    page(&load(&user, &context, &ActivityId(id.into_inner())).await?)
}

async fn decide(form: Posted, context: web::Data<Context>, id: web::Path<String>) -> PageResult {
    let Posted { by, fields, at } = form;
    let (scope, id) = (by.scope(), ActivityId(id.into_inner()));
    let text = fields.raw("list").unwrap_or_default().to_owned();
    let (reviewer, author) = (fields.text("reviewer").to_owned(), fields.text("author").to_owned());
    let rule = match fields.text("action") {
        "never" => Some(PairRule::Never),
        "asked" => Some(PairRule::Asked),
        "remove" => None,
        place @ ("import" | "groups") => return import(by, context, (id, place.to_owned()), text, at).await,
        _ => return Err(PageError::bad_request()),
    };
    let (write_id, chosen) = (id.clone(), (reviewer.clone(), author.clone()));
    let decided =
        move |c: &mut Conn| pairs::decide(c, &scope, &write_id, (&PersonId(reviewer), &PersonId(author)), rule, at);
    match context.db.write(decided).await {
        Ok(()) => Ok(see_other(&format!("/peer/{id}/pairs"))),
        Err(PeerError::Refused(key @ ("pair-same" | "pair-had"))) => {
            let typed = Some(Typed::refused(&by.view, key, "decide", String::new()));
            let shown = load(&by, &context, &id).await?;
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &PairsPage { chosen, typed, ..shown })
        }
        Err(error) => Err(error.into()),
    }
}

async fn import(
    by: SignedIn,
    context: web::Data<Context>,
    (id, place): (ActivityId, String),
    text: String,
    at: crate::clock::UtcTime,
) -> PageResult {
    let (scope, write_id, list, is_groups) = (by.scope(), id.clone(), text.clone(), place == "groups");
    let take = move |c: &mut Conn| {
        if is_groups {
            groups::replace(c, &scope, &write_id, &list, at)
        } else {
            pairs::import(c, &scope, &write_id, &list, at)
        }
    };
    let taken = context.db.write(take).await?;
    let Err(wrong) = taken else {
        return Ok(see_other(&format!("/peer/{id}/pairs")));
    };
    let typed = Some(Typed { problem: table_words(&by.view, &wrong), place, text });
    let shown = load(&by, &context, &id).await?;
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &PairsPage { typed, ..shown })
}

/// Who got whose work and what was decided, in the columns that can be taken over again.
async fn as_csv(user: SignedIn, context: web::Data<Context>, id: web::Path<String>) -> PageResult {
    let shown = load(&user, &context, &ActivityId(id.into_inner())).await?;
    let line = |reviewer: &PersonId, author: &PersonId, rule: String| {
        [shown.name_of(reviewer), shown.name_of(author), rule].map(|text| spreadsheet::cell(&text))
    };
    let decided = shown.decided().into_iter().map(|p| line(&p.reviewer_id, &p.author_id, p.rule.to_string()));
    let given =
        shown.p.given.iter().map(|g| {
            [shown.name_of(&g.reviewer), shown.work_of(g), shown.state(g)].map(|text| spreadsheet::cell(&text))
        });
    let rows: Vec<[String; 3]> = decided.chain(given).collect();
    spreadsheet::file("pairs.csv", COLUMNS.map(str::to_owned), rows)
}

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/peer/{activity}/pairs").route(web::get().to(show)).route(web::post().to(decide)))
        .route("/peer/{activity}/pairs.csv", web::get().to(as_csv));
}
