//! Who reviews whom: what the queue gave, and what the trainer decides about it.

use std::collections::HashMap;

use super::super::allocate::Planned;
use super::super::model::{Declined, Pair, PairRule, Review, ReviewState, Submission};
use super::super::table::{Line, Table, Wrong};
use super::super::teams::Teams;
use super::super::{PeerError, store};
use super::group::hide_name;
use super::groups::Belonging;
use super::teams::{self, own_work};
use super::{for_staff, for_trainer};
use crate::activity;
use crate::activity::model::{Activity, CompanyRule};
use crate::audit::{self, Actor};
use crate::clock::UtcTime;
use crate::cohort;
use crate::cohort::model::Learner;
use crate::ids::{ActivityId, PersonId, SubmissionId};
use crate::launch::Scope;
use crate::news;
use crate::news::model::Kind;
use crate::store::{Conn, StoreError, dialect};

/// Who reviews whom.
pub struct Pairs {
    /// The activity.
    pub activity: Activity,
    /// Where its reviews go with regard to companies.
    pub company_rule: CompanyRule,
    /// The learners.
    pub learners: Vec<Learner>,
    /// What was decided; what two people may not is there both ways.
    pub decided: Vec<Pair>,
    /// Who got whose work, in the order in which they got them.
    pub given: Vec<Given>,
    /// Who is meant to get whose work and has not got it.
    pub planned: Vec<Planned>,
    /// The groups and companies of the learners.
    pub belonging: Belonging,
    /// Who hands in together.
    pub teams: Teams,
}

impl Pairs {
    /// Whether somebody got the work of an author, or of the author's team.
    fn has_given(&self, reviewer: &PersonId, author: &PersonId) -> bool {
        let authors = self.teams.members(author);
        self.given.iter().any(|g| g.reviewer == *reviewer && authors.contains(&g.author))
    }
}

/// A work that somebody got.
pub struct Given {
    /// Who.
    pub reviewer: PersonId,
    /// Whose; one of the team.
    pub author: PersonId,
    /// Whether it is the control work.
    pub is_control: bool,
    /// How far the review is.
    pub state: ReviewState,
    /// Why it was given back, if so.
    pub declined: Option<Declined>,
}

/// Who reviews whom, for staff.
///
/// # Errors
/// `NotFound`, or [`PeerError::Role`] for anybody but staff.
pub fn load(conn: &mut Conn, scope: &Scope, id: &ActivityId) -> Result<Pairs, PeerError> {
    let activity = for_staff(conn, scope, id)?;
    let mut learners = cohort::store::list_learners(conn, scope, &activity.cohort_id)?;
    let (submissions, teams) = (store::list_submissions(conn, id)?, teams::load(conn, &activity)?);
    if !activity.shows_staff_names() {
        for learner in &mut learners {
            hide_name(learner, teams.work_of(&submissions, &learner.person.id));
        }
        learners.sort_by_key(|learner| learner.person.known_name());
    }
    let works: HashMap<SubmissionId, Submission> = submissions.into_iter().map(|s| (s.id.clone(), s)).collect();
    let reviews = store::list_reviews(conn, id)?;
    let given = reviews.into_iter().filter_map(|r| {
        let work = works.get(&r.submission_id)?;
        let (author, is_control) = (work.person_id.clone(), work.control);
        Some(Given { reviewer: r.reviewer_id, author, is_control, state: r.state, declined: r.declined })
    });
    let given: Vec<Given> = given.collect();
    let mut planned = store::list_planned(conn, id)?;
    planned.retain(|p| !given.iter().any(|g| g.reviewer == p.reviewer_id && g.author == p.author_id));
    let decided = store::list_pairs(conn, id)?;
    let belonging = Belonging { groups: store::list_groups(conn, id)?, companies: store::list_companies(conn, id)? };
    let company_rule = activity::store::company_rule(conn, id)?;
    Ok(Pairs { activity, company_rule, learners, decided, given, planned, belonging, teams })
}

/// What a trainer decides about two people; None takes it back.
///
/// # Errors
/// `NotFound` for somebody who is no learner of the activity; [`PeerError::Role`] for anybody but a trainer; refused for
/// one person twice, after the release, or when a review is asked for that there is already.
pub fn decide(
    conn: &mut Conn,
    scope: &Scope,
    id: &ActivityId,
    (reviewer, author): (&PersonId, &PersonId),
    rule: Option<PairRule>,
    now: UtcTime,
) -> Result<(), PeerError> {
    let pairs = load_to_decide(conn, scope, id)?;
    apply(conn, scope, &pairs, (reviewer, author), rule, now)
}

pub(super) fn load_to_decide(conn: &mut Conn, scope: &Scope, id: &ActivityId) -> Result<Pairs, PeerError> {
    dialect::lock_for_transaction(conn, &format!("queue {id}"))?;
    if for_trainer(conn, scope, id)?.released_at.is_some() {
        return Err(PeerError::Refused("released"));
    }
    load(conn, scope, id)
}

fn apply(
    conn: &mut Conn,
    scope: &Scope,
    pairs: &Pairs,
    (reviewer, author): (&PersonId, &PersonId),
    rule: Option<PairRule>,
    now: UtcTime,
) -> Result<(), PeerError> {
    let id = &pairs.activity.id;
    let is_learner = |person: &PersonId| pairs.learners.iter().any(|l| l.person.id == *person);
    if !is_learner(reviewer) || !is_learner(author) {
        return Err(StoreError::NotFound.into());
    }
    if pairs.teams.members(author).contains(reviewer) {
        return Err(PeerError::Refused("pair-same"));
    }
    let both = [(reviewer, author), (author, reviewer)];
    match rule {
        None => {
            // What two people may not goes both ways, and so does its end.
            let before = pairs.decided.iter().find(|p| p.reviewer_id == *reviewer && p.author_id == *author);
            let ways = if before.is_some_and(|p| p.rule == PairRule::Never) { 2 } else { 1 };
            for (reviewer, author) in &both[..ways] {
                store::delete_pair(conn, id, reviewer, author)?;
            }
        }
        Some(PairRule::Never) => {
            for (reviewer, author) in both {
                let (reviewer_id, author_id) = (reviewer.clone(), author.clone());
                store::put_pair(conn, id, Pair { reviewer_id, author_id, rule: PairRule::Never }, &scope.person, now)?;
                take_back(conn, &pairs.activity, reviewer, author, now)?;
            }
        }
        Some(PairRule::Asked) => {
            if pairs.has_given(reviewer, author) {
                return Err(PeerError::Refused("pair-had"));
            }
            let (reviewer_id, author_id) = (reviewer.clone(), author.clone());
            // Whoever is asked for one may not be kept from the other.
            store::delete_pair(conn, id, author, reviewer)?;
            store::put_pair(conn, id, Pair { reviewer_id, author_id, rule: PairRule::Asked }, &scope.person, now)?;
            news::service::tell(conn, reviewer, id, Kind::Asked, author.as_str(), now)?;
        }
    }
    let detail = serde_json::json!({"reviewer": reviewer, "author": author, "rule": rule});
    Ok(audit::record(conn, now, &Actor::Person(scope.person.clone()), "pair.decide", id.as_str(), &detail)?)
}

/// Takes a work from a reviewer who has not sent a review of it.
fn take_back(
    conn: &mut Conn,
    activity: &Activity,
    reviewer: &PersonId,
    author: &PersonId,
    now: UtcTime,
) -> Result<(), PeerError> {
    let Some(work) = own_work(conn, activity, author)? else { return Ok(()) };
    let reviews = store::list_reviews(conn, &activity.id)?;
    let of_both = |r: &&Review| r.reviewer_id == *reviewer && r.submission_id == work.id;
    if let Some(unsent) = reviews.iter().filter(of_both).find(|r| r.state != ReviewState::Sent && r.declined.is_none())
    {
        let declined = Some(Declined::Conflict);
        let ended = Review { state: ReviewState::Lapsed, leased_until: now, declined, ..unsent.clone() };
        store::update_review(conn, &ended, now)?;
    }
    Ok(())
}

/// The columns of a list of decisions.
pub const COLUMNS: [&str; 3] = ["reviewer", "author", "rule"];

/// Takes over a list with the columns of [`COLUMNS`]: all of it or nothing. People are named as on the pages, or by
/// their address; a rule is `never` or `asked`. Says how many lines there were. What is wrong is the inner result.
///
/// # Errors
/// As [`decide`].
pub fn import(
    conn: &mut Conn,
    scope: &Scope,
    id: &ActivityId,
    text: &str,
    now: UtcTime,
) -> Result<Result<usize, Wrong>, PeerError> {
    let pairs = load_to_decide(conn, scope, id)?;
    let lines = match read(text, &pairs) {
        Ok(lines) => lines,
        Err(wrong) => return Ok(Err(wrong)),
    };
    for (reviewer, author, rule) in &lines {
        apply(conn, scope, &pairs, (reviewer, author), Some(*rule), now)?;
    }
    Ok(Ok(lines.len()))
}

/// The learner whom a cell names as on the pages, or by their address.
pub(super) fn find_learner(line: &Line<'_>, column: &'static str, learners: &[Learner]) -> Result<PersonId, Wrong> {
    let wanted = line.cell(column).to_lowercase();
    let is_meant = |l: &&Learner| {
        let name = l.person.known_name().is_some_and(|name| name.to_lowercase() == wanted);
        name || l.person.email.as_ref().is_some_and(|email| email.to_lowercase() == wanted)
    };
    let mut found = learners.iter().filter(is_meant);
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one.person.id.clone()),
        (None, _) => Err(line.wrong("table-unknown-person", column)),
        (Some(_), Some(_)) => Err(line.wrong("table-ambiguous-person", column)),
    }
}

fn read(text: &str, pairs: &Pairs) -> Result<Vec<(PersonId, PersonId, PairRule)>, Wrong> {
    let table = Table::read(text, &COLUMNS)?;
    let mut lines = Vec::new();
    for line in table.lines() {
        let person = |column| find_learner(&line, column, &pairs.learners);
        let (reviewer, author) = (person("reviewer")?, person("author")?);
        let rule = PairRule::parse(&line.cell("rule").to_lowercase());
        let rule = rule.ok_or_else(|| line.wrong("table-cell", "rule"))?;
        if pairs.teams.members(&author).contains(&reviewer) {
            return Err(line.wrong("table-same-person", "author"));
        }
        if rule == PairRule::Asked && pairs.has_given(&reviewer, &author) {
            return Err(line.wrong("table-had", "author"));
        }
        lines.push((reviewer, author, rule));
    }
    if lines.is_empty() { Err(Wrong::Whole("table-empty")) } else { Ok(lines) }
}
