//! Column types shared by every feature: identifiers, times and enums kept as text.
//!
//! The implementations are generic over the backend because they must also hold for the
//! `MultiConnection` backend; that is why they delegate to the plain type.

use std::fmt;

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::{BigInt, Text};
use serde::{Deserialize, Serialize};

/// A point in time: UTC microseconds since 1970-01-01.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow, Serialize, Deserialize,
)]
#[diesel(sql_type = BigInt)]
#[serde(transparent)]
pub struct UtcTime(pub i64);

impl UtcTime {
    /// This time plus a number of seconds (which may be negative).
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// Whole seconds from `earlier` to this time; negative when `earlier` is later.
    #[must_use]
    pub const fn seconds_since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0) / 1_000_000
    }

    /// Whole seconds since 1970-01-01, as JWTs count.
    #[must_use]
    pub const fn unix_seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// The same time with its fraction of a second cut off.
    #[must_use]
    pub const fn truncated_to_second(self) -> Self {
        Self(self.0.div_euclid(1_000_000) * 1_000_000)
    }

    /// A time from seconds since 1970-01-01.
    #[must_use]
    pub const fn from_unix_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000_000))
    }

    /// The calendar form, or the epoch for a value no calendar holds.
    #[must_use]
    pub fn to_chrono(self) -> chrono::DateTime<chrono::Utc> {
        chrono::DateTime::from_timestamp_micros(self.0).unwrap_or_default()
    }

    /// ISO 8601 with milliseconds and `Z`: `2026-05-12T18:04:00.000Z`.
    #[must_use]
    pub fn iso_millis(self) -> String {
        self.to_chrono().format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
    }

    /// ISO 8601 with whole seconds and `Z`, as HTML's `datetime` attribute takes it.
    #[must_use]
    pub fn iso_seconds(self) -> String {
        self.to_chrono().format("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// Reads an ISO 8601 / RFC 3339 date with its zone.
    #[must_use]
    pub fn parse_iso(text: &str) -> Option<Self> {
        chrono::DateTime::parse_from_rfc3339(text).ok().map(|t| Self(t.timestamp_micros()))
    }
}

impl<DB: Backend> ToSql<BigInt, DB> for UtcTime
where
    i64: ToSql<BigInt, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.to_sql(out)
    }
}

impl<DB: Backend> FromSql<BigInt, DB> for UtcTime
where
    i64: FromSql<BigInt, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        i64::from_sql(bytes).map(Self)
    }
}

/// An amount in 1/10000 of a unit: a mark of 83.5 is `Points(835_000)`.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow, Serialize, Deserialize,
)]
#[diesel(sql_type = BigInt)]
#[serde(transparent)]
pub struct Points(pub i64);

impl Points {
    /// The highest mark: 100 points.
    pub const FULL: Self = Self(1_000_000);

    /// Points from whole units.
    #[must_use]
    pub const fn whole(units: i64) -> Self {
        Self(units * 10_000)
    }

    /// The value as a decimal without trailing zeros: `83.5`.
    #[must_use]
    pub fn decimal(self) -> String {
        let sign = if self.0 < 0 { "-" } else { "" };
        let whole = self.0.unsigned_abs() / 10_000;
        let fraction = self.0.unsigned_abs() % 10_000;
        if fraction == 0 {
            return format!("{sign}{whole}");
        }
        let digits = format!("{fraction:04}");
        format!("{sign}{whole}.{}", digits.trim_end_matches('0'))
    }

    /// Reads a decimal number with at most four decimals; a comma is taken as the decimal sign too.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().replace(',', ".");
        let (sign, digits) = text.strip_prefix('-').map_or((1, text.as_str()), |rest| (-1, rest));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || whole.len() > 9 || fraction.len() > 4 || !all_digits(whole) || !all_digits(fraction) {
            return None;
        }
        let fraction = format!("{fraction:0<4}");
        let value = whole.parse::<i64>().ok()? * 10_000 + fraction.parse::<i64>().ok()?;
        Some(Self(sign * value))
    }

    /// From a JSON number of an LMS; None when it is not finite or out of range.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked on the line before")]
    pub fn from_f64(value: f64) -> Option<Self> {
        let scaled = (value * 10_000.0).round();
        (scaled.is_finite() && scaled.abs() < 9.0e15).then_some(Self(scaled as i64))
    }

    /// The value as a floating-point number, for JSON only.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "marks are far below 2^53")]
    pub fn as_f64(self) -> f64 {
        self.0 as f64 / 10_000.0
    }
}

impl<DB: Backend> ToSql<BigInt, DB> for Points
where
    i64: ToSql<BigInt, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.to_sql(out)
    }
}

impl<DB: Backend> FromSql<BigInt, DB> for Points
where
    i64: FromSql<BigInt, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        i64::from_sql(bytes).map(Self)
    }
}

/// Makes identifier types: UUIDs as text, of `now_v7`, so that ids sort by the time they were made, or of `new_v4`, which
/// tell nothing.
macro_rules! text_id {
    ($make:ident: $($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow, Serialize, Deserialize)]
        #[diesel(sql_type = Text)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// A fresh identifier.
            #[must_use]
            #[expect(clippy::new_without_default, reason = "a default that differs each time would mislead")]
            pub fn new() -> Self {
                Self(uuid::Uuid::$make().to_string())
            }

            /// The text form.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<DB: Backend> ToSql<Text, DB> for $name
        where
            str: ToSql<Text, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                self.0.as_str().to_sql(out)
            }
        }

        impl<DB: Backend> FromSql<Text, DB> for $name
        where
            String: FromSql<Text, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
                String::from_sql(bytes).map(Self)
            }
        }
    )+};
}

text_id! { now_v7:
    /// A registration: one LMS that we trust.
    RegistrationId,
    /// Of an invitation to register an LMS.
    InvitationId,
    /// Somebody who may use the console.
    AdministratorId,
    /// A deployment of a registration (our row, not the LMS's `deployment_id`).
    DeploymentId,
    /// A course: one LTI context of one deployment.
    CourseId,
    /// A resource link in a course.
    LinkId,
    /// A person: one `sub` of one registration.
    PersonId,
    /// A cohort: the group of a SPOC.
    CohortId,
    /// A binding of a cohort to a course.
    BindingId,
    /// A membership of a person in a cohort through a binding.
    MembershipId,
    /// An activity of a cohort.
    ActivityId,
    /// A version of a rubric.
    RubricVersionId,
    /// The placement of an activity behind a link.
    PlacementId,
    /// A line item: one column per activity, course and tag.
    LineItemId,
    /// A learner's work.
    SubmissionId,
    /// A trainer's decision about a mark.
    OverrideId,
    /// A learner's appeal against a mark.
    AppealId,
    /// What a learner reported to the trainer.
    ReportId,
    /// A work that a trainer marked for learners to practise on.
    ExampleId,
    /// One making of an activity's marks.
    AggregationRunId,
    /// A grade revision.
    GradeRevisionId,
    /// A row of the AGS outbox.
    OutboxId,
    /// One attempt to send a score.
    AttemptId,
    /// A session.
    SessionId,
    /// Something that somebody should hear about.
    NewsId,
}

// Peers see these ids of each other, and would read from the others when somebody opened a work, or sent a file.
text_id! { new_v4:
    /// A review: one allocation of a work to a reviewer.
    ReviewId,
    /// A file of a work.
    FileId,
}

/// Makes an enum that is stored as one of a fixed set of texts.
macro_rules! text_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident => $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash,
            diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
            serde::Serialize, serde::Deserialize,
        )]
        #[diesel(sql_type = diesel::sql_types::Text)]
        pub enum $name {
            $($(#[$vmeta])* #[serde(rename = $text)] $variant),+
        }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stored text.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The value of a stored text.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl<DB: diesel::backend::Backend> diesel::serialize::ToSql<diesel::sql_types::Text, DB> for $name
        where
            str: diesel::serialize::ToSql<diesel::sql_types::Text, DB>,
        {
            fn to_sql<'b>(
                &'b self,
                out: &mut diesel::serialize::Output<'b, '_, DB>,
            ) -> diesel::serialize::Result {
                self.as_str().to_sql(out)
            }
        }

        impl<DB: diesel::backend::Backend> diesel::deserialize::FromSql<diesel::sql_types::Text, DB> for $name
        where
            String: diesel::deserialize::FromSql<diesel::sql_types::Text, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                let text = String::from_sql(bytes)?;
                Self::parse(&text).ok_or_else(|| {
                    format!("unknown {} in the database: {text:?}", stringify!($name)).into()
                })
            }
        }
    };
}
pub(crate) use text_enum;

text_enum! {
    /// What a person may do in a course. `admin` is a console role and never comes from a launch.
    Role {
        /// Hands in works and reviews.
        Learner => "learner",
        /// Sets up, follows, releases.
        Trainer => "trainer",
        /// Sees what a trainer sees; changes nothing.
        Assistant => "assistant",
        /// May look at the activity; takes no part.
        Observer => "observer",
    }
}

impl Role {
    /// Whether this role sees the whole group.
    #[must_use]
    pub const fn is_staff(self) -> bool {
        matches!(self, Self::Trainer | Self::Assistant)
    }
}

text_enum! {
    /// Which LMS product a registration belongs to, where its behaviour differs.
    Family {
        /// Moodle and its distributions.
        Moodle => "moodle",
        /// Canvas, hosted or not.
        Canvas => "canvas",
        /// Any other LTI 1.3 platform.
        Generic => "generic",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_peers_see_of_each_other_says_no_time() {
        for id in [ReviewId::new().0, FileId::new().0] {
            assert_eq!(uuid::Uuid::parse_str(&id).unwrap().get_version_num(), 4);
        }
        assert_eq!(uuid::Uuid::parse_str(PersonId::new().as_str()).unwrap().get_version_num(), 7);
    }

    #[test]
    fn points_print_and_parse() {
        for (text, value) in [("0", 0), ("83.5", 835_000), ("100", 1_000_000), ("0.0001", 1), ("-2.25", -22_500)] {
            assert_eq!(Points::parse(text), Some(Points(value)), "{text}");
            assert_eq!(Points(value).decimal(), text);
        }
        assert_eq!(Points::parse("12,5"), Some(Points(125_000)));
        for bad in ["", "a", "1.23456", "--1", "1e3", "9999999999", ".5", "+3", "1.2.3"] {
            assert_eq!(Points::parse(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn points_survive_their_own_text(value in -9_999_999_999_999i64..9_999_999_999_999) {
            prop_assert_eq!(Points::parse(&Points(value).decimal()), Some(Points(value)));
        }

        #[test]
        fn iso_text_keeps_the_millisecond(ms in 0i64..4_000_000_000_000) {
            let t = UtcTime(ms * 1000);
            prop_assert_eq!(UtcTime::parse_iso(&t.iso_millis()), Some(t));
        }
    }
}
