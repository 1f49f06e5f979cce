//! The grade for reviewing.

use super::model::mean;
use crate::store::columns::Points;

/// A learner's grade for reviewing and how it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reviewing {
    /// The grade, on 0–100.
    pub value: Points,
    /// Reviews sent.
    pub given: usize,
    /// Reviews that could be asked for.
    pub asked: usize,
    /// How good they are, where that counts.
    pub quality: Option<Quality>,
}

/// How good somebody's reviews are; each part on 0–100, None where nothing says so yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quality {
    /// How near they are to the marks of the works.
    pub agreement: Option<Points>,
    /// How helpful the authors found them.
    pub helpfulness: Option<Points>,
}

/// A review this far from the mark of its work, in points, agrees not at all.
const FAR: Points = Points::whole(30);

impl Quality {
    /// Of how far each review is from the mark of its work, in points, and of the authors' ratings from 1 to 5.
    #[must_use]
    pub fn of(distances: &[Points], ratings: &[i32]) -> Self {
        let near = |d: &Points| Points(Points::FULL.0 - Points::FULL.0 * d.0.abs().min(FAR.0) / FAR.0);
        let helpful = |rating: &i32| Points(Points::FULL.0 / 4 * i64::from(rating.clamp(&1, &5) - 1));
        Self {
            agreement: mean(&distances.iter().map(near).collect::<Vec<_>>()),
            helpfulness: mean(&ratings.iter().map(helpful).collect::<Vec<_>>()),
        }
    }

    /// The mean of the parts that are known.
    fn value(self) -> Option<Points> {
        mean(&[self.agreement, self.helpfulness].into_iter().flatten().collect::<Vec<_>>())
    }
}

/// The grade of a work with which the reviewing of its author counts `weight` per cent; who has no grade for reviewing is
/// graded by the work alone. Rounded half up to 1/10000.
#[must_use]
pub fn overall(mark: Points, reviewing: Option<&Reviewing>, weight: i32) -> Points {
    let weight = i64::from(weight);
    let of_reviewing = reviewing.map_or(mark.0, |r| r.value.0);
    Points((2 * ((100 - weight) * mark.0 + weight * of_reviewing) + 100).div_euclid(200))
}

/// The grade for reviewing: the share of the reviews asked for that were sent. Nobody is asked for more than there
/// are works of others (`available`); where there is none, there is no grade. Where their quality counts, the share
/// counts six tenths for itself and four tenths by the quality; as long as nothing is known of that, the share alone.
#[must_use]
pub fn reviewing(given: usize, wanted: usize, available: usize, quality: Option<Quality>) -> Option<Reviewing> {
    let asked = wanted.min(available);
    let counted = i64::try_from(given.min(asked)).ok()?;
    let of = i64::try_from(asked).ok().filter(|n| *n > 0)?;
    let share = Points((2 * Points::FULL.0 * counted + of).div_euclid(2 * of));
    let value = match quality.and_then(Quality::value) {
        None => share,
        Some(quality) => Points((share.0 * (6 * Points::FULL.0 + 4 * quality.0)).div_euclid(10 * Points::FULL.0)),
    };
    Some(Reviewing { value, given, asked, quality })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reviewing_is_the_share_that_could_be_asked_for() {
        let share = |given, wanted, available| reviewing(given, wanted, available, None).map(|r| (r.value.0, r.asked));
        assert_eq!(share(2, 3, 9), Some((666_667, 3)));
        assert_eq!(share(0, 3, 9), Some((0, 3)));
        assert_eq!(share(3, 3, 9), Some((1_000_000, 3)));
        assert_eq!(share(5, 3, 9), Some((1_000_000, 3)), "no more than all");
        assert_eq!(share(1, 3, 1), Some((1_000_000, 1)), "there was one work only");
        assert_eq!(share(0, 3, 0), None, "nobody could review anything");
    }

    #[test]
    fn reviewing_counts_as_much_as_the_trainer_says() {
        let half = reviewing(1, 2, 9, None).unwrap();
        let mark = Points(705_001);
        assert_eq!(overall(mark, Some(&half), 0), mark);
        assert_eq!(overall(mark, Some(&half), 20), Points(664_001), "0.8 · 70.5001 + 0.2 · 50");
        assert_eq!(overall(mark, Some(&half), 50), Points(602_501), "half up");
        assert_eq!(overall(mark, None, 50), mark, "who need not review is graded by the work");
    }

    #[test]
    fn good_reviews_count_four_tenths() {
        let whole = Points::whole;
        let of = |distances: &[i64], ratings: &[i32]| {
            let distances: Vec<Points> = distances.iter().map(|d| whole(*d)).collect();
            Quality::of(&distances, ratings)
        };
        let value = |quality| reviewing(2, 2, 9, Some(quality)).unwrap().value;
        assert_eq!(value(of(&[], &[])), whole(100), "nothing is known yet");
        assert_eq!(value(of(&[0, 0], &[5])), whole(100));
        assert_eq!(value(of(&[30, -90], &[1])), whole(60));
        assert_eq!(value(of(&[15, -15], &[])), whole(80));
        assert_eq!(value(of(&[15, -15], &[5])), whole(90));
        assert_eq!(reviewing(1, 2, 9, Some(of(&[15], &[]))).unwrap().value, whole(40));
        assert_eq!(reviewing(0, 2, 9, Some(of(&[], &[]))).unwrap().value, whole(0));
    }
}
