//! Which work somebody gets to review next, and who is meant to review whom where reviews begin for everybody at once.

use std::collections::{BTreeMap, HashSet};

use super::super::allocate::{self, Candidate, Place, Planned};
use super::super::model::{Extension, Pair, PairRule, Review, ReviewState, Submission};
use super::super::plan::{self, Bounds, Never, Participant, Rules};
use super::super::practice::Example;
use super::super::teams::Teams;
use super::super::{PeerError, store};
use super::teams;
use crate::activity;
use crate::activity::model::{Activity, CompanyRule, GroupRule};
use crate::audit::{self, Actor};
use crate::clock::UtcTime;
use crate::cohort;
use crate::crypto;
use crate::ids::{ActivityId, PersonId, SubmissionId};
use crate::news;
use crate::news::model::Kind;
use crate::platform;
use crate::store::{Conn, StoreError, StoreResult, dialect};

/// The works of an activity that can be reviewed, and what is known about who reviews them.
pub(in crate::peer) struct Queue<'a> {
    works: Vec<&'a Submission>,
    /// The control work, which everybody gets once.
    control: Option<&'a Submission>,
    reviews: &'a [Review],
    pairs: Vec<Pair>,
    sides: Sides,
    teams: Teams,
    planned: Vec<Planned>,
    /// How far a planned work may be ahead of others.
    ahead: usize,
    now: UtcTime,
}

/// A work that somebody would get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::peer) struct Found {
    /// The work.
    pub(in crate::peer) work: SubmissionId,
    /// Whether the trainer asks for it.
    pub(in crate::peer) is_asked: bool,
}

impl<'a> Queue<'a> {
    /// The queue of an activity, of all its works and reviews.
    ///
    /// # Errors
    /// When the database fails.
    pub(in crate::peer) fn load(
        conn: &mut Conn,
        activity: &Activity,
        (submissions, reviews): (&'a [Submission], &'a [Review]),
        now: UtcTime,
    ) -> Result<Self, PeerError> {
        let teams = teams::load(conn, activity)?;
        let mut works = reviewable(conn, activity, &teams, submissions)?;
        works.retain(|work| work.handed_in_at.is_none_or(|at| activity.rules.is_ripe(at, now)));
        let control = find_control(conn, activity, submissions)?;
        let pairs = store::list_pairs(conn, &activity.id)?;
        let planned = store::list_planned(conn, &activity.id)?;
        let ahead = if has_time(activity, now) { allocate::AHEAD } else { 0 };
        let sides = Sides::load(conn, activity)?;
        Ok(Self { works, control, reviews, pairs, sides, teams, planned, ahead, now })
    }

    /// Where an author's work stands in the plan, as a reviewer sees it; None without a plan.
    fn place(&self, reviewer: &PersonId, author: &PersonId) -> Option<Place> {
        self.planned.first()?;
        let mut of_author = self.planned.iter().filter(|p| p.author_id == *author);
        let is_theirs = |p: &Planned| p.reviewer_id == *reviewer;
        Some(match of_author.next() {
            None => Place::LeftOut,
            Some(first) if is_theirs(first) || of_author.any(is_theirs) => Place::Theirs,
            Some(_) => Place::Others,
        })
    }

    /// The work that somebody would get now, or None; `own` is the activity as it is for them. Who has sent enough reviews
    /// gets only works that are short of some.
    pub(in crate::peer) fn next(&self, own: &Activity, reviewer: &PersonId) -> Option<Found> {
        let wanted = own.rules.wanted();
        let sent_by = |who: &PersonId| {
            self.reviews.iter().filter(|r| r.reviewer_id == *who && r.state == ReviewState::Sent).count()
        };
        let is_extra = sent_by(reviewer) >= wanted;
        let candidate = |work: &&Submission| {
            let of_work = || self.reviews.iter().filter(|r| r.submission_id == work.id);
            let authors = self.teams.authors(work);
            let of_pair = |p: &&Pair| p.reviewer_id == *reviewer && authors.contains(&p.author_id);
            // Whoever may not see the work of one may not see that of the team.
            let rule = self.pairs.iter().filter(of_pair).min_by_key(|p| p.rule != PairRule::Never);
            let is_apart = authors.contains(reviewer) || !self.sides.allow(reviewer, &authors);
            Candidate {
                load: of_work().filter(|r| r.counts() || r.holds(self.now)).count(),
                had_by_reviewer: of_work().any(|r| r.reviewer_id == *reviewer),
                author_owes: authors.iter().map(|who| wanted.saturating_sub(sent_by(who))).sum(),
                handed_in_at: work.handed_in_at.unwrap_or(self.now),
                rule: rule.map(|p| p.rule).or(is_apart.then_some(PairRule::Never)),
                place: self.place(reviewer, &work.person_id),
                author: work.person_id.clone(),
                submission: work.id.clone(),
            }
        };
        let enough = own.rules.enough();
        let is_open = |c: &Candidate| !is_extra || c.load < enough || c.rule == Some(PairRule::Asked);
        let candidates: Vec<Candidate> = self.works.iter().map(candidate).filter(is_open).collect();
        let found = allocate::next(reviewer, (enough, self.ahead), &candidates);
        let is_asked = found.is_some_and(|found| found.rule == Some(PairRule::Asked));
        if !is_asked && let Some(control) = self.control_for(reviewer, (wanted, sent_by(reviewer)), found.is_none()) {
            return Some(Found { work: control.id.clone(), is_asked });
        }
        Some(Found { work: found?.submission.clone(), is_asked })
    }

    /// The control work, when it is this reviewer's turn to get it: as one of their reviews, another one for each of them,
    /// or `at_once` where there is nothing else.
    fn control_for(
        &self,
        reviewer: &PersonId,
        (wanted, sent): (usize, usize),
        at_once: bool,
    ) -> Option<&'a Submission> {
        let control = self.control.filter(|_| wanted > 1 && sent < wanted)?;
        let had = self.reviews.iter().any(|r| r.reviewer_id == *reviewer && r.submission_id == control.id);
        let place = seed(&format!("{reviewer} {}", control.id)) % u64::try_from(wanted).ok()?;
        let is_turn = at_once || u64::try_from(sent).is_ok_and(|sent| sent >= place);
        (!had && is_turn).then_some(control)
    }
}

/// Where reviews go with regard to groups and companies.
struct Sides {
    groups: Side,
    companies: Side,
}

/// The same with regard to one of them.
struct Side {
    bounds: Bounds,
    of: BTreeMap<PersonId, String>,
}

impl Sides {
    fn load(conn: &mut Conn, activity: &Activity) -> Result<Self, PeerError> {
        let groups = match activity.rules.group_rule {
            GroupRule::Any => Bounds::Any,
            GroupRule::Within => Bounds::Within,
            GroupRule::Across | GroupRule::Teams => Bounds::Across,
        };
        let companies = match activity::store::company_rule(conn, &activity.id)? {
            CompanyRule::Any => Bounds::Any,
            CompanyRule::Within => Bounds::Within,
            CompanyRule::Across => Bounds::Across,
        };
        Ok(Self {
            groups: Side::load(groups, || store::list_groups(conn, &activity.id))?,
            companies: Side::load(companies, || store::list_companies(conn, &activity.id))?,
        })
    }

    /// Whether somebody may review what some people wrote.
    fn allow(&self, reviewer: &PersonId, authors: &[PersonId]) -> bool {
        self.groups.allow(reviewer, authors) && self.companies.allow(reviewer, authors)
    }
}

impl Side {
    fn load(bounds: Bounds, list: impl FnOnce() -> StoreResult<BTreeMap<PersonId, String>>) -> Result<Self, PeerError> {
        Ok(Self { bounds, of: if bounds == Bounds::Any { BTreeMap::new() } else { list()? } })
    }

    /// What several people wrote goes to others only where it goes to others than all of them; to one's own it goes where
    /// it is one's own's, too.
    fn allow(&self, reviewer: &PersonId, authors: &[PersonId]) -> bool {
        let mut of_each = authors.iter().map(|who| self.bounds.allow(self.of.get(reviewer), self.of.get(who)));
        if self.bounds == Bounds::Within { of_each.any(|may| may) } else { of_each.all(|may| may) }
    }
}

/// Whether the last third of the time for reviews has not begun: until then, works wait for whom they were planned for.
fn has_time(activity: &Activity, now: UtcTime) -> bool {
    let (Some(from), Some(due)) = (activity.rules.review_from_at, activity.rules.review_due_at) else { return false };
    now.seconds_since(from) * 3 < due.seconds_since(from) * 2
}

/// The works that can be reviewed. Those of people who left the course wait for nobody, nor do the LMS's test person's.
fn reviewable<'a>(
    conn: &mut Conn,
    activity: &Activity,
    teams: &Teams,
    submissions: &'a [Submission],
) -> Result<Vec<&'a Submission>, PeerError> {
    let people = submissions.iter().map(|s| s.person_id.clone()).collect();
    let test_users: Vec<PersonId> =
        platform::store::list_people(conn, people)?.into_iter().filter(|p| p.test_user).map(|p| p.id).collect();
    let present: HashSet<PersonId> = cohort::store::list_active(conn, &activity.cohort_id)?.into_iter().collect();
    let is_in = |s: &&Submission| {
        let is_shown = s.is_handed_in() && !s.control && s.withheld_reason.is_none();
        is_shown && teams.authors(s).iter().any(|who| present.contains(who)) && !test_users.contains(&s.person_id)
    };
    Ok(submissions.iter().filter(is_in).collect())
}

/// The control work of an activity, where it has one that is in use.
fn find_control<'a>(
    conn: &mut Conn,
    activity: &Activity,
    submissions: &'a [Submission],
) -> Result<Option<&'a Submission>, PeerError> {
    let Some(control) = submissions.iter().find(|s| s.control) else { return Ok(None) };
    let is_it = |e: &Example| e.control.as_ref() == Some(&control.id) && e.is_asked(activity);
    let is_used = activity.rules.wanted() > 1 && store::list_examples(conn, &activity.id)?.iter().any(is_it);
    Ok(is_used.then_some(control))
}

/// Plans who reviews whom, once reviews have begun for everybody at once: a random graph in which everybody gives and gets
/// the same number. What was not in time, or does not come, is left to the queue. Who may review now is told. The caller
/// holds the lock of the queue. Does nothing where it was planned before.
///
/// # Errors
/// When the database fails.
pub(super) fn begin(conn: &mut Conn, id: &ActivityId, now: UtcTime) -> Result<(), PeerError> {
    let activity = activity::store::list_by_ids(conn, vec![id.clone()])?.pop().ok_or(StoreError::NotFound)?;
    let is_due = activity.rules.review_from_at.is_some_and(|from| from <= now);
    if !is_due || activity.planned_at.is_some() || activity.reviews_over(now) {
        return Ok(());
    }
    let submissions = store::list_submissions(conn, id)?;
    let reviews = store::list_reviews(conn, id)?;
    let teams = teams::load(conn, &activity)?;
    let works = reviewable(conn, &activity, &teams, &submissions)?;
    if activity.rules.group_rule == GroupRule::Teams {
        return begin_with_teams(conn, (&activity, &teams), &works, now);
    }
    let authors: Vec<PersonId> = works.iter().map(|w| w.person_id.clone()).collect();
    let place = |who: &PersonId| authors.iter().position(|a| a == who);
    let pairs = store::list_pairs(conn, id)?;
    let apart = pairs.iter().filter(|p| p.rule == PairRule::Never);
    let apart = apart.filter_map(|p| Some((place(&p.reviewer_id)?, place(&p.author_id)?)));
    // A rule that was changed late: reviews that are there already count.
    let had = reviews.iter().filter_map(|r| {
        let work = works.iter().position(|w| w.id == r.submission_id)?;
        Some((place(&r.reviewer_id)?, work))
    });
    // A trainer's groups and companies never give way: who is in one may not be meant to read what another one writes.
    let sides = Sides::load(conn, &activity)?;
    let count = authors.len();
    let across = (0..count).flat_map(|a| (0..count).map(move |b| (a, b)));
    let across = across.filter(|(a, b)| a != b && !sides.allow(&authors[*a], &authors[*b..=*b]));
    let never: Never = apart.chain(had).chain(across).collect();
    let people: Vec<Participant> = authors.iter().map(|who| Participant::alone(who.to_string())).collect();
    // One of everybody's reviews is that of the control work.
    let of_control = usize::from(find_control(conn, &activity, &submissions)?.is_some());
    let rules = Rules { reviews: activity.rules.wanted() - of_control, groups: Bounds::Any, companies: Bounds::Any };
    let plan = plan::plan(&people, &rules, &never, seed(id.as_str()));
    let extensions = store::list_extensions(conn, id)?;
    let reviews = |who: &PersonId| !extensions.iter().any(|e: &Extension| e.person_id == *who && e.exempt);
    let planned = plan.pairs.iter().map(|(reviewer, author)| Planned {
        reviewer_id: authors[*reviewer].clone(),
        author_id: authors[*author].clone(),
    });
    let planned: Vec<Planned> = planned.filter(|p| reviews(&p.reviewer_id)).collect();
    let count = planned.len();
    store::create_planned(conn, id, planned)?;
    activity::store::set_planned(conn, id, Some(now))?;
    for author in authors.iter().filter(|who| reviews(who)) {
        let about = activity.rules.review_from_at.map_or(0, UtcTime::unix_seconds).to_string();
        news::service::tell(conn, author, id, Kind::ReviewsBegin, &about, now)?;
    }
    let detail = serde_json::json!({"works": authors.len(), "reviews": count, "missing": plan.missing, "connected": plan.connected});
    Ok(audit::record(conn, now, &Actor::System, "reviews.plan", id.as_str(), &detail)?)
}

/// Opens the reviews of an activity whose works are handed in by teams. Nothing is planned: there are fewer works than
/// reviewers, so the queue alone keeps them even.
fn begin_with_teams(
    conn: &mut Conn,
    (activity, teams): (&Activity, &Teams),
    works: &[&Submission],
    now: UtcTime,
) -> Result<(), PeerError> {
    let id = &activity.id;
    let exempt: HashSet<PersonId> =
        store::list_extensions(conn, id)?.into_iter().filter(|e| e.exempt).map(|e| e.person_id).collect();
    activity::store::set_planned(conn, id, Some(now))?;
    let about = activity.rules.review_from_at.map_or(0, UtcTime::unix_seconds).to_string();
    for author in works.iter().flat_map(|work| teams.authors(work)).filter(|who| !exempt.contains(who)) {
        news::service::tell(conn, &author, id, Kind::ReviewsBegin, &about, now)?;
    }
    let detail = serde_json::json!({"works": works.len(), "reviews": 0});
    Ok(audit::record(conn, now, &Actor::System, "reviews.plan", id.as_str(), &detail)?)
}

/// The same activity is always planned the same way, so that a plan can be made again.
fn seed(of: &str) -> u64 {
    let digest = crypto::sha256(of.as_bytes());
    digest.iter().take(8).fold(0, |seed, byte| seed << 8 | u64::from(*byte))
}

/// Plans an activity whose reviews have begun, as [`begin`] does, in a transaction of its own.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn begin_now(conn: &mut Conn, id: &ActivityId, now: UtcTime) -> Result<(), PeerError> {
    dialect::lock_for_transaction(conn, &format!("queue {id}"))?;
    begin(conn, id, now)
}
