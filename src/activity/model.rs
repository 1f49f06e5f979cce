//! Activities and placements.

use crate::clock::UtcTime;
use crate::ids::{ActivityId, CohortId, LinkId, PersonId, PlacementId, RubricVersionId};
use crate::store::columns::text_enum;

text_enum! {
    /// Who sees whose name.
    Anonymity {
        /// Neither authors nor reviewers see a name.
        DoubleBlind => "double_blind",
        /// Reviewers see whose work it is; authors do not see who reviewed it.
        SingleBlind => "single_blind",
        /// Both see each other's names.
        Open => "open",
    }
}

impl Anonymity {
    /// Whether reviewers see whose work it is.
    #[must_use]
    pub fn shows_authors(self) -> bool {
        self != Self::DoubleBlind
    }

    /// Whether authors see who reviewed their works.
    #[must_use]
    pub fn shows_reviewers(self) -> bool {
        self == Self::Open
    }
}

text_enum! {
    /// How the reviews of a work become its mark.
    MarkMethod {
        /// Reviews are corrected for how strict and how careful their reviewers are elsewhere.
        Robust => "robust",
        /// The mean.
        Mean => "mean",
        /// The median.
        Median => "median",
    }
}

text_enum! {
    /// What the grade for reviewing is made of.
    ReviewingMethod {
        /// The share of the reviews asked for that were sent.
        Share => "share",
        /// That share, and how well the reviews agree with the marks and how helpful authors found them.
        Quality => "quality",
    }
}

text_enum! {
    /// Where reviews go with regard to groups. Who has no group may review everybody.
    GroupRule {
        /// It does not matter.
        Any => "any",
        /// To one's own.
        Within => "within",
        /// To others.
        Across => "across",
        /// To others; each group is a team that hands in one work.
        Teams => "teams",
    }
}

text_enum! {
    /// Where reviews go with regard to companies. Who has none may review everybody.
    CompanyRule {
        /// It does not matter.
        Any => "any",
        /// To one's own.
        Within => "within",
        /// To others.
        Across => "across",
    }
}

/// The share of the works that is worth a check by default, in per cent (peer-assessment.md §4.9: with fewer the level of
/// all marks stays unsure).
pub const CHECKED: i32 = 10;

/// A deadline counts this many seconds longer than it says: what was sent in time may arrive late.
pub const GRACE: i64 = 60;

/// A day, in seconds.
pub const DAY: i64 = 24 * 3600;

text_enum! {
    /// Which of an activity's grades: each has a column of its own in the LMS, which bears this tag.
    GradeTag {
        /// The mark of the work.
        Overall => "overall",
        /// The grade of the reviewing, where the trainer wants one.
        Reviewing => "reviewing",
    }
}

/// By how many days dates are counted; None for those that stand by themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Days {
    /// From the date of the works to the begin of the reviews, 0 to 365.
    pub review_from: Option<i32>,
    /// From the date of the works to the end of the reviews, 1 to 365.
    pub review_due: Option<i32>,
    /// From the end of the reviews to the release, 0 to 365.
    pub release: Option<i32>,
}

/// What the trainer of an activity may set, but what has a place of its own: dates, reviews, and how marks are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Until when works are handed in; None means no limit.
    pub work_due_at: Option<UtcTime>,
    /// Until when reviews are sent; None means no limit.
    pub review_due_at: Option<UtcTime>,
    /// When reviews begin, for everybody at once; None means as soon as there are works.
    pub review_from_at: Option<UtcTime>,
    /// When the marks are released by themselves, if nothing waits for the trainer; None means by hand.
    pub release_at: Option<UtcTime>,
    /// How many days after the date works are still taken, 0 to 30.
    pub late_days: i32,
    /// What a late work loses for each day begun, in points of 100.
    pub late_penalty: i32,
    /// How many works each learner reviews, 1 to 6.
    pub reviews_per_learner: i32,
    /// How many reviews a work has enough with, 1 to 6; 0 for as many as each learner gives.
    pub reviews_received: i32,
    /// How many minutes a work waits before somebody gets it to review, 0 to 1440.
    pub pool_minutes: i32,
    /// Where reviews go with regard to groups.
    pub group_rule: GroupRule,
    /// Who sees whose name.
    pub anonymity: Anonymity,
    /// Whether staff see no names of authors before the release.
    pub trainer_blind: bool,
    /// How reviews become marks.
    pub mark_method: MarkMethod,
    /// The share of the works that are worth a check of the trainer, in per cent, 0 to 50.
    pub check_percent: i32,
    /// The name of a second column for the grade of reviewing; None where the trainer wants none.
    pub reviewing_column: Option<String>,
    /// What the grade for reviewing is made of, where there is one.
    pub reviewing_method: ReviewingMethod,
    /// What the grade for reviewing counts in the grade of the work, in per cent, 0 to 50.
    pub reviewing_weight: i32,
    /// Whether learners assess their own work as well.
    pub self_assessment: bool,
}

impl Default for Rules {
    /// Three reviews each, double-blind, robust marks, no dates.
    fn default() -> Self {
        Self {
            work_due_at: None,
            review_due_at: None,
            review_from_at: None,
            release_at: None,
            late_days: 0,
            late_penalty: 0,
            reviews_per_learner: 3,
            reviews_received: 0,
            pool_minutes: 0,
            group_rule: GroupRule::Any,
            anonymity: Anonymity::DoubleBlind,
            trainer_blind: false,
            mark_method: MarkMethod::Robust,
            check_percent: CHECKED,
            reviewing_column: None,
            reviewing_method: ReviewingMethod::Share,
            reviewing_weight: 0,
            self_assessment: false,
        }
    }
}

impl Rules {
    /// How many works each learner reviews.
    #[must_use]
    pub fn wanted(&self) -> usize {
        usize::try_from(self.reviews_per_learner).unwrap_or(0)
    }

    /// How many reviews a work has enough with; none for somebody who need not review.
    #[must_use]
    pub fn enough(&self) -> usize {
        match self.wanted() {
            0 => 0,
            wanted => usize::try_from(self.reviews_received).ok().filter(|n| *n > 0).unwrap_or(wanted),
        }
    }

    /// Whether reviewing is graded: in a column of its own, or as a part of the grade.
    #[must_use]
    pub fn grades_reviewing(&self) -> bool {
        self.reviewing_column.is_some() || self.reviewing_weight > 0
    }

    /// Whether a work that was handed in at a moment may be reviewed: its author has had time to change it, or cannot any
    /// more.
    #[must_use]
    pub fn is_ripe(&self, handed_in_at: UtcTime, now: UtcTime) -> bool {
        let has_waited = now.seconds_since(handed_in_at) >= i64::from(self.pool_minutes) * 60;
        has_waited || self.works_end().is_some_and(|end| end.plus_seconds(GRACE) < now)
    }

    /// Until when works are taken, late ones too; None means no limit.
    #[must_use]
    pub fn works_end(&self) -> Option<UtcTime> {
        self.work_due_at.map(|due| due.plus_seconds(i64::from(self.late_days) * DAY))
    }

    /// How many days late a work is that is handed in at a moment; a day that has begun counts.
    #[must_use]
    pub fn days_late(&self, at: UtcTime) -> i64 {
        let late = self.work_due_at.map_or(0, |due| at.seconds_since(due));
        if late <= GRACE { 0 } else { (late + DAY - 1) / DAY }
    }

    /// Whether the time for reviews has come.
    #[must_use]
    pub fn reviews_begun(&self, now: UtcTime) -> bool {
        self.review_from_at.is_none_or(|from| from <= now)
    }
}

/// An activity of a cohort.
#[derive(Clone, Debug)]
pub struct Activity {
    /// Our id.
    pub id: ActivityId,
    /// The cohort.
    pub cohort_id: CohortId,
    /// The title.
    pub title: String,
    /// The brief, sanitised.
    pub brief_html: String,
    /// The rubric that new reviews use.
    pub rubric_version_id: RubricVersionId,
    /// What its trainer set.
    pub rules: Rules,
    /// When the marks were released.
    pub released_at: Option<UtcTime>,
    /// Counts the changes, so that two trainers do not overwrite each other unseen.
    pub revision: i32,
    /// Who set it up.
    pub created_by: PersonId,
    /// The activity whose settings it began with, where it is a copy.
    pub copied_from: Option<ActivityId>,
    /// What a full mark counts in a column that we make, 1 to 1000.
    pub score_maximum: i32,
    /// When it was planned who reviews whom, once reviews had begun for everybody.
    pub planned_at: Option<UtcTime>,
}

impl Activity {
    /// An activity that nobody has set up yet: three reviews each, double-blind, robust marks, no dates.
    #[must_use]
    pub fn fresh(cohort_id: CohortId, rubric_version_id: RubricVersionId, created_by: PersonId) -> Self {
        Self {
            id: ActivityId::new(),
            cohort_id,
            title: String::new(),
            brief_html: String::new(),
            rubric_version_id,
            rules: Rules::default(),
            released_at: None,
            revision: 1,
            created_by,
            copied_from: None,
            score_maximum: 100,
            planned_at: None,
        }
    }

    /// A fresh activity with the same settings and nobody's work. It shares the rubric's version, which
    /// never changes; dates that have passed are left out, because nobody could hand in.
    #[must_use]
    pub fn copy(&self, cohort_id: CohortId, created_by: PersonId, now: UtcTime) -> Self {
        let ahead = |date: Option<UtcTime>| date.filter(|date| *date > now);
        Self {
            id: ActivityId::new(),
            cohort_id,
            rules: Rules {
                work_due_at: ahead(self.rules.work_due_at),
                review_due_at: ahead(self.rules.review_due_at),
                review_from_at: ahead(self.rules.review_from_at),
                release_at: ahead(self.rules.release_at),
                ..self.rules.clone()
            },
            planned_at: None,
            released_at: None,
            revision: 1,
            created_by,
            copied_from: Some(self.id.clone()),
            ..self.clone()
        }
    }

    /// Whether staff see whose works they are.
    #[must_use]
    pub fn shows_staff_names(&self) -> bool {
        !self.rules.trainer_blind || self.released_at.is_some()
    }

    /// Whether works can still be handed in.
    #[must_use]
    pub fn takes_works(&self, now: UtcTime) -> bool {
        self.released_at.is_none() && self.rules.works_end().is_none_or(|end| now <= end.plus_seconds(GRACE))
    }

    /// Whether a work that was handed in at a moment can be taken back: in time stays in time, nobody loses points by a change.
    #[must_use]
    pub fn gives_back(&self, handed_in_at: UtcTime, now: UtcTime) -> bool {
        self.takes_works(now) && self.rules.days_late(handed_in_at) == self.rules.days_late(now)
    }

    /// Whether the time for reviews has passed.
    #[must_use]
    pub fn reviews_over(&self, now: UtcTime) -> bool {
        self.released_at.is_some() || self.rules.review_due_at.is_some_and(|due| due.plus_seconds(GRACE) < now)
    }

    /// Whether reviews can be sent now.
    #[must_use]
    pub fn takes_reviews(&self, now: UtcTime) -> bool {
        self.rules.reviews_begun(now) && !self.reviews_over(now)
    }
}

/// An activity behind a link.
#[derive(Clone, Debug)]
pub struct Placement {
    /// Our id.
    pub id: PlacementId,
    /// The activity.
    pub activity_id: ActivityId,
    /// The link.
    pub link_id: LinkId,
}
