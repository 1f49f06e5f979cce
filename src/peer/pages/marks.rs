//! How marks were made, in words.

use crate::activity::model::MarkMethod;
use crate::peer::aggregate::{Fallback, Reviewer};
use crate::peer::marks::{Counted, Made, Marks};
use crate::peer::model::{Late, Reaction, Response};
use crate::peer::reviewing::Reviewing;
use crate::store::columns::Points;
use crate::web::View;
use crate::web::i18n::Argument;

/// Reviewers whose reviews are more likely careless than not are worth a look.
const LOOK_AT: f64 = 0.5;
/// A difference of less than this, in points, is not worth a word.
const SMALL: f64 = 0.5;

fn with(v: &View, key: &str, arguments: &[(&'static str, Argument)]) -> String {
    v.lang().text_with(key, arguments)
}

/// A number with one decimal, as people of the language write it.
fn number(v: &View, value: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "weights and biases are small")]
    v.points(&Points((value * 10.0).round() as i64 * 1000))
}

/// A number with two decimals, as people of the language write it.
pub(super) fn share(v: &View, value: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "it is at most 1, and never far below 0")]
    v.points(&Points((value * 100.0).round() as i64 * 100))
}

/// What reviews made of a work, for staff.
pub(super) fn made(v: &View, marks: &Marks, made: &Made) -> String {
    let key = match marks.method {
        MarkMethod::Robust if marks.is_robust() => "mark-from-robust",
        MarkMethod::Median => "mark-from-median",
        _ => "mark-from-peers",
    };
    let (mark, mean, median) = (v.points(&made.mark), v.points(&made.mean), v.points(&made.median));
    with(v, key, &[("n", made.reviews.into()), ("mark", mark.into()), ("mean", mean.into()), ("median", median.into())])
}

/// How sure that is.
pub(super) fn interval(v: &View, made: &Made) -> Option<String> {
    let margin = made.margin?;
    let (low, high) = (Points((made.mark.0 - margin.0).max(0)), Points((made.mark.0 + margin.0).min(Points::FULL.0)));
    Some(v.aa("mark-interval", "low", v.points(&low), "high", v.points(&high)))
}

/// What reviews made of a work, for its author.
pub(super) fn made_for_author(v: &View, marks: &Marks, made: &Made) -> String {
    let key = match marks.method {
        MarkMethod::Robust if marks.is_robust() => "mark-made-robust",
        MarkMethod::Median => "mark-made-median",
        _ => "mark-made",
    };
    let mut words = v.aa(key, "n", made.reviews, "mean", v.points(&made.mean));
    if marks.practised > 0 {
        words = format!("{words} {}", v.t("mark-made-practice"));
    }
    if made.guarded {
        words = format!("{words} {}", v.t("mark-made-guarded"));
    }
    if marks.level != Points(0) {
        words = format!("{words} {}", v.t("mark-made-level"));
    }
    words
}

/// What a late work lost.
pub(super) fn late(v: &View, late: &Late) -> String {
    v.aa("mark-late", "n", late.days, "points", v.points(&late.points))
}

/// The word for what is good about a review.
pub(super) fn reaction_key(reaction: &Reaction) -> &'static str {
    match reaction {
        Reaction::Clear => "reaction-clear",
        Reaction::Concrete => "reaction-concrete",
        Reaction::Encouraging => "reaction-encouraging",
        Reaction::New => "reaction-new",
    }
}

/// What its author found good about a review.
pub(super) fn reactions(v: &View, response: &Response) -> String {
    let words: Vec<String> = response.reactions.iter().map(|r| v.t(reaction_key(r))).collect();
    v.a("given-reactions", "list", words.join(", "))
}

/// Why the mean was used; None where it was not, or where it was asked for.
pub(super) fn fallback(v: &View, marks: &Marks) -> Option<String> {
    Some(v.t(match marks.fallback? {
        Fallback::FewWorks => "marks-few-works",
        Fallback::FewReviews => "marks-few-reviews",
        Fallback::Disconnected => "marks-disconnected",
    }))
}

/// How a review counted.
pub(super) fn counted(v: &View, counted: &Counted) -> String {
    v.aa("review-counted", "mark", number(v, as_mark(counted)), "weight", number(v, counted.weight))
}

#[expect(clippy::cast_precision_loss, reason = "marks are at most 100")]
fn as_mark(counted: &Counted) -> f64 {
    counted.corrected.0 as f64 / 10_000.0
}

/// How somebody reviews, for staff.
pub(super) fn reviewer(v: &View, reviewer: &Reviewer) -> String {
    let amount = number(v, reviewer.bias.abs());
    let level = match reviewer.bias {
        bias if bias >= SMALL => v.a("reviewer-kind", "points", amount),
        bias if bias <= -SMALL => v.a("reviewer-strict", "points", amount),
        _ => v.t("reviewer-level"),
    };
    format!("{level} {}", v.a("reviewer-weight", "weight", number(v, reviewer.weight)))
}

/// Whether somebody should look at a reviewer's reviews.
pub(super) fn wants_a_look(reviewer: &Reviewer) -> bool {
    reviewer.careless > LOOK_AT
}

/// How a grade for reviewing was made.
pub(super) fn reviewing(v: &View, released: &Points, of: &Reviewing) -> String {
    let sent = v.nk("n-of-k", of.given, of.asked);
    let made = v.aa("reviewing-made", "mark", v.points(released), "how", sent);
    let Some(quality) = of.quality else { return made };
    let part = |key: &str, part: Option<Points>| part.map(|p| v.a(key, "part", v.points(&p)));
    let parts = [part("reviewing-agreement", quality.agreement), part("reviewing-helpful", quality.helpfulness)];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let how =
        if parts.is_empty() { v.t("reviewing-unknown") } else { v.a("reviewing-formula", "parts", parts.join(" · ")) };
    // Ratings come after a release.
    let now = (of.value != *released).then(|| v.a("reviewing-now", "mark", v.points(&of.value)));
    [Some(made), Some(how), now].into_iter().flatten().collect::<Vec<_>>().join(" ")
}
